import {
  advanceNeighbors,
  createNeighborRing,
  type NeighborRing,
} from "../../statistics/nearest-neighbor.ts";
import {
  createTailSurprise,
  observeSurprise,
  surpriseOf,
  type TailSurprise,
} from "../../statistics/tail-surprise.ts";

/** One time scale on which the newest pair of values is compared with all earlier ones. */
interface Scale {
  /** Number of values averaged into one. */
  readonly block: number;
  readonly ring: NeighborRing;
  readonly surprise: TailSurprise;
  sum: number;
}

/** How unlike its past a series is, value by value; about 13 KB. */
export interface AnomalyScoreState {
  readonly scales: readonly Scale[];
  count: number;
  lowest: number;
  highest: number;
  readonly rangeSurprise: TailSurprise;
  /** The last score that was given in full, and the number of values since. */
  reported: number;
  sinceReported: number;
}

const scales = [
  { block: 1, capacity: 1_500, warmup: 100 },
  { block: 4, capacity: 375, warmup: 50 },
  { block: 16, capacity: 180, warmup: 50 },
] as const;
const rangeWarmup = 20;
const surpriseWarmup = 100;
/** −ln p beyond which one component says no more. */
const capNats = 6;
const habituationValues = 400;
const escalation = 1.3;
/** Differences of larger values would be infinite. */
const largest = 1e300;

export function createAnomalyScore(): AnomalyScoreState {
  return {
    scales: scales.map(({ block, capacity }) => ({
      block,
      ring: createNeighborRing(capacity),
      surprise: createTailSurprise(),
      sum: 0,
    })),
    count: 0,
    lowest: Number.POSITIVE_INFINITY,
    highest: Number.NEGATIVE_INFINITY,
    rangeSurprise: createTailSurprise(),
    reported: 0,
    sinceReported: 0,
  };
}

/**
 * Anomaly score in [0, 1]: 0 is ordinary or already reported, 1 is unlike anything before.
 *
 * s = (mean of min(nᵢ, 6)³)^⅓ / 6 over four components nᵢ = −ln p (conformal, extrapolated tail):
 * the distance of the newest pair of values to its nearest neighbor in the past, for single
 * values and for means of 4 and of 16; and the excess over the range seen so far, in units of
 * that range. A score is given in full when it exceeds 1.3 × the last one given, a bar that falls
 * to zero within 400 values; else 0, because one anomaly is one report.
 *
 * Changes `state` in place. O(1,500) additions a value.
 */
export function advanceAnomalyScore(state: AnomalyScoreState, raw: number): number {
  const value = Math.min(Math.max(raw, -largest), largest);
  let cubes = surpriseOfRange(state, value) ** 3;
  for (const [index, scale] of state.scales.entries()) {
    cubes += advanceScale(scale, state.count, value, scales[index]?.warmup ?? surpriseWarmup) ** 3;
  }
  state.count += 1;
  return report(state, Math.cbrt(cubes / (state.scales.length + 1)) / capNats);
}

/** What was reported need not be reported again, unless it grew much worse. */
function report(state: AnomalyScoreState, score: number): number {
  state.sinceReported += 1;
  const left = Math.max(0, 1 - state.sinceReported / habituationValues);
  if (score <= 0 || score <= escalation * state.reported * left) {
    return 0;
  }
  state.reported = score;
  state.sinceReported = 0;
  return score;
}

/** Surprise of the mean that this value completes; 0 for a value that completes none. */
function advanceScale(scale: Scale, index: number, value: number, warmup: number): number {
  scale.sum += value / scale.block;
  if ((index + 1) % scale.block !== 0) {
    return 0;
  }
  const distance = advanceNeighbors(scale.ring, scale.sum);
  scale.sum = 0;
  const nats = surpriseOf(scale.surprise, distance, warmup);
  observeSurprise(scale.surprise, distance);
  return Math.min(nats, capNats);
}

function surpriseOfRange(state: AnomalyScoreState, value: number): number {
  const { lowest, highest, count } = state;
  const range = highest - lowest || 0.01 * Math.abs(highest) || 1;
  const excess =
    count > rangeWarmup ? Math.max(0, (value - highest) / range, (lowest - value) / range) : 0;
  state.lowest = Math.min(lowest, value);
  state.highest = Math.max(highest, value);
  const nats = surpriseOf(state.rangeSurprise, excess, surpriseWarmup);
  observeSurprise(state.rangeSurprise, excess);
  return Math.min(nats, capNats);
}
