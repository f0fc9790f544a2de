import { bestEnergyCut, type EnergyCut } from "../../statistics/e-divisive.ts";
import { type Moments, momentsOf, pooledTTest } from "../../statistics/moments.ts";

export interface OtavaOptions {
  /** Values looked at together, at least 2. */
  readonly windowLength: number;
  /** A change point must be at least this significant. */
  readonly maxPValue: number;
  /** Smallest relative change of the mean, such as 0.05. */
  readonly minMagnitude: number;
}

export interface OtavaChangePoint {
  /** First value of the new level. */
  readonly index: number;
  /** Two-sided p-value of Student's t-test between the neighboring segments. */
  readonly pValue: number;
  readonly before: Moments;
  readonly after: Moments;
}

export const otavaDefaults: OtavaOptions = {
  windowLength: 50,
  maxPValue: 0.001,
  minMagnitude: 0,
};

/**
 * Change points as Apache Otava finds them, index for index.
 *
 * Windows of `windowLength` values are cut at the greatest energy distance while the t-test
 * between the parts passes a weaker first bound; then the weakest cut is taken out until all are
 * significant and large enough. O(n · windowLength) energy evaluations.
 *
 * Source: apache/otava otava/analysis.py and docs/MATH.md (Apache-2.0); written anew.
 */
export function otavaChangePoints(
  values: readonly number[],
  { windowLength, maxPValue, minMagnitude }: OtavaOptions,
): OtavaChangePoint[] {
  const found: number[] = [];
  const firstBound = weaken(maxPValue);
  let start = 0;
  while (start < values.length) {
    const end = Math.min(start + windowLength, values.length);
    const inWindow = cutWindow(values, start, end, firstBound);
    found.push(...inWindow);
    start = Math.max(inWindow.at(-1) ?? 0, start + Math.floor(windowLength / 2));
  }
  return mergeWeak(values, found, { maxPValue, minMagnitude });
}

/** Largest relative change of the mean, in either direction. */
export function magnitudeOf({ before, after }: OtavaChangePoint): number {
  return Math.max(Math.abs(after.mean / before.mean - 1), Math.abs(before.mean / after.mean - 1));
}

/** Cuts are found in this pass and judged in the next, so this one is more generous. */
function weaken(pValue: number): number {
  if (pValue < 0.05) {
    return 10 * pValue;
  }
  return pValue < 0.5 ? 2 * pValue : pValue;
}

/** Cuts the interval with the greatest energy until its best cut is not significant. */
function cutWindow(
  values: readonly number[],
  start: number,
  end: number,
  maxPValue: number,
): number[] {
  const cuts: number[] = [];
  let candidates = candidatesOf(values, [[start, end]]);
  for (;;) {
    const best = candidates.reduce<EnergyCut | null>(
      (top, cut) => (top === null || cut.energy > top.energy ? cut : top),
      null,
    );
    if (best === null || pValueOf(values, best.from, best.at, best.to) > maxPValue) {
      return cuts.toSorted((a, b) => a - b);
    }
    cuts.push(best.at);
    candidates = candidates
      .filter((cut) => cut !== best)
      .concat(
        candidatesOf(values, [
          [best.from, best.at],
          [best.at, best.to],
        ]),
      );
  }
}

function candidatesOf(
  values: readonly number[],
  intervals: readonly (readonly [number, number])[],
): EnergyCut[] {
  return intervals
    .map(([from, to]) => bestEnergyCut(values, from, to))
    .filter((cut) => cut !== null);
}

function pValueOf(values: readonly number[], from: number, at: number, to: number): number {
  return pooledTTest(momentsOf(values, from, at), momentsOf(values, at, to)).pValue;
}

function mergeWeak(
  values: readonly number[],
  found: readonly number[],
  { maxPValue, minMagnitude }: Pick<OtavaOptions, "maxPValue" | "minMagnitude">,
): OtavaChangePoint[] {
  const cuts = [...found];
  const points = cuts.map((_, position) => describe(values, cuts, position));
  while (points.length > 0) {
    const weakest = indexOfMax(points.map(({ pValue }) => pValue));
    const smallest = indexOfMax(points.map((point) => -magnitudeOf(point)));
    let removed = -1;
    if ((points[weakest]?.pValue ?? 0) >= maxPValue) {
      removed = weakest;
    } else if (isTooSmall(points[smallest], minMagnitude)) {
      removed = smallest;
    } else {
      break;
    }
    cuts.splice(removed, 1);
    points.splice(removed, 1);
    // As upstream: the two after the gap are computed anew, the one before it is not.
    for (const position of [removed, removed + 1]) {
      if (position < cuts.length) {
        points[position] = describe(values, cuts, position);
      }
    }
  }
  return points;
}

function isTooSmall(point: OtavaChangePoint | undefined, minMagnitude: number): boolean {
  return point !== undefined && magnitudeOf(point) <= minMagnitude;
}

function describe(
  values: readonly number[],
  cuts: readonly number[],
  position: number,
): OtavaChangePoint {
  const index = cuts[position] ?? 0;
  const before = momentsOf(values, cuts[position - 1] ?? 0, index);
  const after = momentsOf(values, index, cuts[position + 1] ?? values.length);
  return { index, pValue: pooledTTest(before, after).pValue, before, after };
}

/** The first of equals. */
function indexOfMax(values: readonly number[]): number {
  return values.reduce((top, value, index) => (value > (values[top] ?? 0) ? index : top), 0);
}
