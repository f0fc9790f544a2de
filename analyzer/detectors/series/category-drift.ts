import { chiSquaredTail, lnGamma } from "../../statistics/tails.ts";

export type Counts = Readonly<Record<string, number>>;

export interface CategoryDrift {
  /** P-value of the G-test, 1 where there is too little to test. */
  readonly pValue: number;
  /** Jensen–Shannon distance (base 2), 0 to 1. */
  readonly distance: number;
  /** The category whose share moved most, and by how much. */
  readonly category: string;
  readonly shareChange: number;
  readonly drifted: boolean;
}

export interface CategoryDriftOptions {
  readonly alpha: number;
  readonly minDistance: number;
  readonly minShareChange: number;
}

export const categoryDriftDefaults: CategoryDriftOptions = {
  alpha: 1e-3,
  minDistance: 0.1,
  minShareChange: 0.05,
};

const smoothing = 0.5;
/** Categories with fewer expected counts are tested together. */
const minExpected = 5;
const minWindow = 20;
/** A smaller reference is itself too uncertain to be held against. */
const minReference = 100;

/**
 * Whether the mix of a window (tools, models, finish reasons) left that of the reference.
 *
 * G = 2 Σ O ln(O/E) over categories with E ≥ 5, the others together, E from the reference with
 * 0.5 added to each count, chi-squared with k − 1 degrees of freedom; and the distance must be
 * 0.1 and one share must move by 5 points, because with many counts everything is significant.
 * A category never seen before is a novel value, which is another detector's to tell.
 */
export function categoryDrift(
  reference: Counts,
  window: Counts,
  options: CategoryDriftOptions = categoryDriftDefaults,
): CategoryDrift {
  const names = [...new Set([...Object.keys(reference), ...Object.keys(window)])];
  const shares = sharesOf(reference, names, smoothing);
  const seen = sharesOf(window, names, 0);
  const total = totalOf(window);
  const moves = names.map((name, index) => ({
    name,
    change: (seen[index] ?? 0) - (shares[index] ?? 0),
  }));
  const largest = moves.reduce(
    (top, move) => (Math.abs(move.change) > Math.abs(top.change) ? move : top),
    { name: "", change: 0 },
  );
  const isTooSmall = total < minWindow || totalOf(reference) < minReference;
  const pValue = isTooSmall ? 1 : gTest(names, shares, window, total);
  const distance = total === 0 ? 0 : jensenShannon(shares, seen);
  return {
    pValue,
    distance,
    category: largest.name,
    shareChange: largest.change,
    drifted:
      pValue <= options.alpha &&
      distance >= options.minDistance &&
      Math.abs(largest.change) >= options.minShareChange,
  };
}

/** √ of the Jensen–Shannon divergence in bits. */
export function jensenShannon(left: readonly number[], right: readonly number[]): number {
  let bits = 0;
  for (const [index, p] of left.entries()) {
    const q = right[index] ?? 0;
    const middle = (p + q) / 2;
    bits += (p > 0 ? p * Math.log2(p / middle) : 0) / 2;
    bits += (q > 0 ? q * Math.log2(q / middle) : 0) / 2;
  }
  return Math.sqrt(Math.max(0, bits));
}

/**
 * ln of the e-value of counts against a known mix: a Dirichlet-multinomial with mean `shares` and
 * concentration c = 50 over the multinomial, Σₖ [ln Γ(c pₖ + nₖ) − ln Γ(c pₖ) − nₖ ln pₖ] −
 * ln Γ(c + n) + ln Γ(c). Counts may be looked at after every item: P(ever E ≥ 1/α) ≤ α.
 * Source: Lindon and Malek 2022, arXiv 2011.03567.
 */
export function dirichletLogE(reference: Counts, window: Counts, concentration = 50): number {
  const names = [...new Set([...Object.keys(reference), ...Object.keys(window)])];
  const shares = sharesOf(reference, names, smoothing);
  let logE = lnGamma(concentration) - lnGamma(concentration + totalOf(window));
  for (const [index, name] of names.entries()) {
    const share = shares[index] ?? 0;
    const count = window[name] ?? 0;
    const prior = concentration * share;
    logE += lnGamma(prior + count) - lnGamma(prior) - count * Math.log(share);
  }
  return logE;
}

function gTest(
  names: readonly string[],
  shares: readonly number[],
  window: Counts,
  total: number,
): number {
  let [statistic, cells, restSeen, restExpected] = [0, 0, 0, 0];
  for (const [index, name] of names.entries()) {
    const expected = (shares[index] ?? 0) * total;
    const count = window[name] ?? 0;
    if (expected < minExpected) {
      restSeen += count;
      restExpected += expected;
    } else {
      statistic += term(count, expected);
      cells += 1;
    }
  }
  if (restExpected > 0) {
    statistic += term(restSeen, restExpected);
    cells += 1;
  }
  return cells < 2 ? 1 : chiSquaredTail(2 * statistic, cells - 1);
}

function term(count: number, expected: number): number {
  return count === 0 ? 0 : count * Math.log(count / expected);
}

function sharesOf(counts: Counts, names: readonly string[], added: number): number[] {
  const total = totalOf(counts) + added * names.length;
  return names.map((name) => (total === 0 ? 0 : ((counts[name] ?? 0) + added) / total));
}

function totalOf(counts: Counts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
