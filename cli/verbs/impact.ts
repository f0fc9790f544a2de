import type { Command } from "commander";
import {
  changeImpact,
  impactDefaults,
  type SeriesPoint,
} from "../../analyzer/detectors/series/change-impact.ts";
import { printJson } from "../print.ts";
import { parseTime, readSeries } from "../read-series.ts";
import { UserError } from "../user-error.ts";

interface ImpactFlags {
  readonly at: string;
  readonly window: string;
  readonly better?: string;
}

export function registerImpact(program: Command): void {
  program
    .command("impact")
    .description(
      "Did a change move this KPI? One line of JSON: score (1 is the bar), effect (relative to " +
        "the same time of day), pValue, verdict",
    )
    .argument("[file]", "CSV of timestamp,value (default: standard input)")
    .requiredOption("--at <time>", "when the change happened (RFC 3339 or unix seconds)")
    .option(
      "--window <seconds>",
      "how long after it to look",
      String(impactDefaults.windowMs / 1e3),
    )
    .option("--better <direction>", "higher or lower: which direction is good for this KPI")
    .option("--json", "accepted for uniformity: the output always is JSON")
    .action(impact);
}

/** 31 days: later values say more of later changes. */
const longestWindowMs = 31 * 86_400_000;

async function impact(file: string | undefined, flags: ImpactFlags): Promise<void> {
  const atUnixMs = parseTime(flags.at);
  if (atUnixMs === null) {
    throw new UserError(
      `--at: expected a time such as 2026-11-20T10:00:00Z or unix seconds, got ${JSON.stringify(flags.at)}`,
      2,
    );
  }
  const windowMs = Number(flags.window) * 1_000;
  if (!(windowMs > 0 && windowMs <= longestWindowMs)) {
    throw new UserError(
      `--window: expected seconds above 0 and at most ${longestWindowMs / 1e3}, ` +
        `got ${JSON.stringify(flags.window)}`,
      2,
    );
  }
  const points = await pointsOf(file);
  const better = directionOf(flags.better);
  const answer = changeImpact(points, { atUnixMs, windowMs, ...(better && { better }) });
  if (answer === null) {
    throw new UserError(
      `${file ?? "standard input"}: expected at least 10 values in the 8 days before ` +
        `${new Date(atUnixMs).toISOString()} and one in the ${flags.window} s after it, ` +
        `got ${points.length} rows ${spanOf(points)}`,
    );
  }
  printJson(answer);
}

async function pointsOf(file: string | undefined): Promise<SeriesPoint[]> {
  const points: SeriesPoint[] = [];
  for await (const { timeUnixMs, value } of readSeries(file)) {
    if (timeUnixMs === null) {
      throw new UserError(`${file ?? "standard input"}: expected columns timestamp,value, got one`);
    }
    points.push({ timeUnixMs, value });
  }
  return points;
}

function directionOf(text: string | undefined): "higher" | "lower" | undefined {
  if (text === undefined || text === "higher" || text === "lower") {
    return text;
  }
  throw new UserError(`--better: expected higher or lower, got ${JSON.stringify(text)}`, 2);
}

function spanOf(points: readonly SeriesPoint[]): string {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { timeUnixMs } of points) {
    first = Math.min(first, timeUnixMs);
    last = Math.max(last, timeUnixMs);
  }
  return `from ${new Date(first).toISOString()} to ${new Date(last).toISOString()}`;
}
