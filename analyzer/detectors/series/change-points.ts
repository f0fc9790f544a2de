import { momentsOf, pooledTTest } from "../../statistics/moments.ts";
import { peltCuts } from "../../statistics/pelt.ts";
import { otavaChangePoints } from "./otava-change-points.ts";

export interface ChangePoint {
  /** First value of the new level. */
  readonly index: number;
  /** Two-sided p-value of Student's t-test between the neighboring segments. */
  readonly pValue: number;
  /** Relative change of the mean; of the larger mean where the old one is 0. */
  readonly effect: number;
}

const windowLength = 50;
const maxPValue = 0.001;
/** Smaller relative changes of the mean are statistics, not news. */
const minMagnitude = 0.1;
/** How far the two methods may disagree about the place. */
const agreement = 5;

/**
 * Change points on which two methods agree: exact segmentation by penalized likelihood (PELT,
 * which looks at the whole series) and energy distances in windows of 50 (E-divisive, which is
 * robust to trends elsewhere) with a change of at least 10 % at p < 0.001. Alone, the first cuts
 * slow trends into stairs and the second stops at spikes. Places are those of the first.
 */
export function changePoints(given: readonly number[]): ChangePoint[] {
  const values = toUsualSize(given);
  const votes = otavaChangePoints(values, { windowLength, maxPValue, minMagnitude });
  const cuts = peltCuts(values).filter((cut) =>
    votes.some(({ index }) => Math.abs(index - cut) <= agreement),
  );
  return cuts.map((index, position) => {
    const before = momentsOf(values, cuts[position - 1] ?? 0, index);
    const after = momentsOf(values, index, cuts[position + 1] ?? values.length);
    const base = Math.abs(before.mean) || Math.abs(after.mean) || 1;
    return {
      index,
      pValue: pooledTTest(before, after).pValue,
      effect: (after.mean - before.mean) / base,
    };
  });
}

/** Squares of huge values would be infinite; a power of two changes no other digit. */
function toUsualSize(values: readonly number[]): readonly number[] {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const isUsual = largest === 0 || (largest < 1e100 && largest > 1e-100);
  const factor = 2 ** -Math.floor(Math.log2(largest));
  return isUsual || !Number.isFinite(factor) ? values : values.map((value) => value * factor);
}
