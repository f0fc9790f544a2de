import { alarmNats } from "../detectors/series/cusum.ts";

interface HasCusum {
  readonly cusum: { readonly sum: number };
}

const maxNats = 2 * alarmNats;

/**
 * Evidence at the time of an alarm, in nats, from its score 1 − 10^(−nats/threshold).
 *
 * @returns at most twice the alarm threshold, where a CUSUM is capped too.
 */
export function natsOfScore(score: number): number {
  return score >= 1 ? maxNats : Math.min(maxNats, -alarmNats * Math.log10(1 - score));
}

/**
 * Evidence that a series now has for its shift, in nats; `null` for a detector that keeps none.
 * CUSUMs stand in `cusum`, in `shift.cusum` for levels, and in one per quantile for latency.
 */
export function natsOfState(state: object, rule: string): number | null {
  const quantile = rule.endsWith("-p50") ? "p50" : "p95";
  for (const holder of [state, field(state, "shift"), field(state, quantile)]) {
    if (holder !== null && hasCusum(holder)) {
      return holder.cusum.sum;
    }
  }
  return null;
}

function field(state: object, name: string): object | null {
  const value: unknown = name in state ? state[name as keyof typeof state] : null;
  return typeof value === "object" ? value : null;
}

function hasCusum(holder: object): holder is HasCusum {
  const cusum = field(holder, "cusum");
  return cusum !== null && "sum" in cusum && typeof cusum.sum === "number";
}
