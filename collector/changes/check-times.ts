import type { Config } from "../../core/config/config.ts";
import type { Change } from "../../core/model/change.ts";
import { RejectedChange } from "./rejected-change.ts";

const dayMs = 86_400_000;
const minuteMs = 60_000;

/** Changes are kept as long as findings are, so older ones than that are refused. */
export type ChangeTimeRule = {
  readonly otlp: Pick<Config["otlp"], "maxFutureMinutes">;
  readonly store: { readonly retention: Pick<Config["store"]["retention"], "findingDays"> };
};

/** @throws RejectedChange when a time of the change lies outside the range, or out of order. */
export function checkTimes(change: Change, nowUnixMs: number, rule: ChangeTimeRule): void {
  const { findingDays } = rule.store.retention;
  const { maxFutureMinutes } = rule.otlp;
  const { timeUnixMs, startedAtUnixMs, completedAtUnixMs } = change;
  const oldest = nowUnixMs - findingDays * dayMs;
  const newest = nowUnixMs + maxFutureMinutes * minuteMs;
  for (const time of [timeUnixMs, startedAtUnixMs, completedAtUnixMs]) {
    if (time !== null && (time < oldest || time > newest)) {
      throw new RejectedChange(
        "time_out_of_range",
        `expected a time from ${findingDays} days ago to ${maxFutureMinutes} minutes ahead, ` +
          `got ${new Date(time).toISOString()}`,
      );
    }
  }
  if (
    startedAtUnixMs !== null &&
    completedAtUnixMs !== null &&
    completedAtUnixMs < startedAtUnixMs
  ) {
    throw new RejectedChange("bad_time", "completedAt: expected a time after startedAt");
  }
}
