import { median, quantileSorted } from "simple-statistics";
import { seasonalResiduals } from "./seasonal-residuals.ts";

export interface SeriesPoint {
  readonly timeUnixMs: number;
  readonly value: number;
}

export interface ImpactOptions {
  /** When the change happened. */
  readonly atUnixMs: number;
  /** How long after it is looked at. */
  readonly windowMs: number;
  /** Which direction is good; unknown: every departure is taken to be harm. */
  readonly better?: "higher" | "lower";
}

export interface ChangeImpact {
  /** Departure after the change relative to what windows before it show; 1 is the bar. */
  readonly score: number;
  /** Relative difference from the same time of day, typical for the window; may be negative. */
  readonly effect: number;
  /** Share of earlier windows that departed as far, at least 1 / (windows + 1). */
  readonly pValue: number;
  readonly verdict: "broke" | "improved" | "none";
}

export const impactDefaults = { windowMs: 7_200_000, thresholdScore: 1 };

const dayMs = 86_400_000;
const daysBack = 7;
/** Days whose windows say what is usual. */
const comparedDays = 4;
const minStepMs = 10_000;
const windowsPerWindow = 4;
/** Means over these shares of the window are looked at: 3, 10 and 20 minutes of two hours. */
const shares = [1 / 40, 1 / 12, 1 / 6];
const usualQuantile = 0.9;
const sigmaShare = 0.3;
/** Usual departure, in sigma, where there are no earlier windows to learn it from. */
const departureSigmas = 2.5;
const levelNeeded = 10;

/**
 * Whether a change moved a KPI, against the same time of day on up to seven earlier days.
 *
 * For each of three widths, D = the greatest |mean residual| over a stretch of that width within
 * the window, with and without the level of the window before it taken off, whichever is smaller;
 * score = geometric mean of D / (q90 of D over earlier windows + 0.3 sigma). Verdict at score ≥ 1.
 * A before-and-after test without that control is close to useless on seasonal series.
 *
 * @returns null if there are fewer than ten values before or none after the change.
 */
export function changeImpact(
  points: readonly SeriesPoint[],
  options: ImpactOptions,
): ChangeImpact | null {
  const grid = toGrid(points, options);
  if (grid === null) {
    return null;
  }
  const { residuals, at, length, perDay } = grid;
  const earlier = earlierWindows(at, length, perDay);
  const sigma = sigmaOf(residuals.subarray(Math.max(0, at - perDay), at));
  const usual = shares.map((share) => {
    const departures = earlier.map((from) => departure(residuals, from, length, share));
    const isLearnt = departures.length > 0;
    const typical = isLearnt
      ? quantileSorted(
          departures.toSorted((a, b) => a - b),
          usualQuantile,
        )
      : departureSigmas * sigma;
    return typical + sigmaShare * sigma;
  });
  const score = scoreOf(residuals, at, length, usual);
  const asFar = earlier.filter((from) => scoreOf(residuals, from, length, usual) >= score).length;
  const effect = effectOf(grid);
  return {
    score,
    effect,
    pValue: (1 + asFar) / (1 + earlier.length),
    verdict: verdictOf(score, effect, options.better),
  };
}

function verdictOf(
  score: number,
  effect: number,
  better: ImpactOptions["better"],
): ChangeImpact["verdict"] {
  if (score < impactDefaults.thresholdScore) {
    return "none";
  }
  const isBetter = better === "higher" ? effect > 0 : effect < 0;
  return better !== undefined && isBetter ? "improved" : "broke";
}

interface Grid {
  readonly values: Float64Array;
  readonly residuals: Float64Array;
  /** First cell of the window, and its cells. */
  readonly at: number;
  readonly length: number;
  readonly perDay: number;
}

/** Means per step of time, from eight days before the change to the end of the window. */
function toGrid(
  points: readonly SeriesPoint[],
  { atUnixMs, windowMs }: ImpactOptions,
): Grid | null {
  const from = atUnixMs - (daysBack + 1) * dayMs;
  const kept = points
    .filter(
      ({ timeUnixMs, value }) =>
        Number.isFinite(value) && timeUnixMs >= from && timeUnixMs < atUnixMs + windowMs,
    )
    .toSorted((a, b) => a.timeUnixMs - b.timeUnixMs);
  const before = kept.filter(({ timeUnixMs }) => timeUnixMs < atUnixMs).length;
  const first = kept[0];
  if (first === undefined || before < levelNeeded || before === kept.length) {
    return null;
  }
  const stepMs = Math.max(minStepMs, typicalStep(kept));
  const offset = -cellOf(first.timeUnixMs, atUnixMs, stepMs);
  const length = Math.max(1, Math.round(windowMs / stepMs));
  const values = meanPerCell(
    kept.map(({ timeUnixMs, value }) => [cellOf(timeUnixMs, atUnixMs, stepMs) + offset, value]),
    offset + length,
  );
  const perDay = Math.max(1, Math.round(dayMs / stepMs));
  const residuals = seasonalResiduals(values, { perDay, daysBack });
  if (offset < perDay) {
    // Too little history for a control: the level before the change has to do.
    const level = median(kept.slice(0, before).map(({ value }) => value));
    values.forEach((value, cell) => {
      residuals[cell] = value - level;
    });
  }
  return { values, residuals, at: offset, length, perDay };
}

/** The change falls on the start of cell 0. */
function cellOf(timeUnixMs: number, atUnixMs: number, stepMs: number): number {
  return Math.floor((timeUnixMs - atUnixMs) / stepMs);
}

function typicalStep(points: readonly SeriesPoint[]): number {
  const gaps = points
    .slice(1)
    .map(({ timeUnixMs }, index) => timeUnixMs - (points[index]?.timeUnixMs ?? 0));
  return median(gaps);
}

function meanPerCell(
  entries: readonly (readonly [cell: number, value: number])[],
  cells: number,
): Float64Array {
  const means = new Float64Array(cells).fill(Number.NaN);
  const counts = new Uint32Array(cells);
  for (const [cell, value] of entries) {
    const count = (counts[cell] ?? 0) + 1;
    const mean = count === 1 ? 0 : (means[cell] ?? 0);
    counts[cell] = count;
    means[cell] = mean + (value - mean) / count;
  }
  return means;
}

/** Starts of the windows of the last days, a quarter of a window apart. */
function earlierWindows(at: number, length: number, perDay: number): number[] {
  const starts: number[] = [];
  const stride = Math.max(1, Math.round(length / windowsPerWindow));
  for (
    let from = at - length;
    from >= perDay && from > at - comparedDays * perDay;
    from -= stride
  ) {
    starts.push(from);
  }
  return starts;
}

function scoreOf(
  residuals: Float64Array,
  from: number,
  length: number,
  usual: readonly number[],
): number {
  let product = 1;
  for (const [index, share] of shares.entries()) {
    const scale = usual[index] ?? 0;
    const far = departure(residuals, from, length, share);
    product *= scale > 0 ? far / scale : ratioToNothing(far);
  }
  return Math.cbrt(product);
}

/** A series that never moved: any movement passes the bar, none does not. */
function ratioToNothing(departed: number): number {
  return departed > 0 ? 1e6 : 0;
}

function departure(residuals: Float64Array, from: number, length: number, share: number): number {
  const before = finite(residuals.subarray(Math.max(0, from - length), from));
  const level = before.length >= levelNeeded ? median(before) : 0;
  const width = Math.max(1, Math.round(share * length));
  let plain = 0;
  let levelled = 0;
  let sum = 0;
  let count = 0;
  for (let cell = from; cell < from + length && cell < residuals.length; cell++) {
    const residual = residuals[cell] ?? Number.NaN;
    const leaving = cell - width >= from ? (residuals[cell - width] ?? Number.NaN) : Number.NaN;
    sum += (Number.isNaN(residual) ? 0 : residual) - (Number.isNaN(leaving) ? 0 : leaving);
    count += (Number.isNaN(residual) ? 0 : 1) - (Number.isNaN(leaving) ? 0 : 1);
    if (cell - from + 1 >= width && count >= width / 2) {
      plain = Math.max(plain, Math.abs(sum / count));
      levelled = Math.max(levelled, Math.abs(sum / count - level));
    }
  }
  return Math.min(plain, levelled);
}

function effectOf({ values, residuals, at, length }: Grid): number {
  const seen = finite(residuals.subarray(at, at + length));
  const expected = finite(
    values.subarray(at, at + length).map((value, cell) => value - (residuals[at + cell] ?? NaN)),
  );
  if (seen.length === 0) {
    return 0;
  }
  const shift = median(seen);
  const level = Math.abs(median(expected));
  return level > 0 ? shift / level : Math.sign(shift);
}

function sigmaOf(residuals: Float64Array): number {
  const sizes = finite(residuals).map(Math.abs);
  return sizes.length === 0 ? 0 : 1.4826 * median(sizes);
}

function finite(values: Float64Array): number[] {
  return [...values].filter((value) => Number.isFinite(value));
}
