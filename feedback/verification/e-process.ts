/** One pair of hours at the same weekday and hour: counts of sessions and exposure of each. */
export interface PairedCell {
  readonly before: number;
  readonly after: number;
  readonly exposureBefore: number;
  readonly exposureAfter: number;
}

export interface EValues {
  /** Evidence against "the rate is at least `ratio` times what it was". */
  readonly fell: number;
  /** Evidence against "the rate is at most `ratio` times what it was". */
  readonly rose: number;
}

const gridSize = 40;

/**
 * Grid e-process for the ratio of two Poisson rates, valid under continuous peeking.
 *
 * Given a cell's total n = before + after, each finding is "after" with probability
 * p = ρ·Ea / (ρ·Ea + Eb), where ρ is the true ratio of rates and E the exposures. With
 * p0 at ρ = `ratio` and p1 at a grid point of the alternative,
 *
 *   e = mean over 40 grid points of Π cells (p1 / p0)^after · ((1 − p1) / (1 − p0))^before
 *
 * is a supermartingale that starts at 1 under H0: ρ ≥ ratio (`fell`) or ρ ≤ ratio (`rose`), so
 * P(e ever reaches 1/α) ≤ α (Ville). The grid is even in p at equal exposure. Every hour may be
 * used in one cell only. Cells without exposure on either side say nothing and are skipped.
 *
 * Source: the family of Lindon and Malek, "Anytime-Valid Inference for Multinomial Count Data",
 * NeurIPS 2022 (arXiv 2011.03567).
 *
 * @param ratio 1 for "nothing changed", 0.5 for "did at least halve"
 * @param divisor divides all counts, to allow for counts that vary more than Poisson counts do
 */
export function eProcess(cells: readonly PairedCell[], ratio = 1, divisor = 1): EValues {
  const usable = pooled(cells);
  const p0 = ratio / (1 + ratio);
  const steps = Array.from({ length: gridSize }, (_, index) => (index + 0.5) / gridSize);
  function logWealth(p1: number): number {
    return logLikelihoodRatio(usable, p1 / (1 - p1), ratio) / divisor;
  }
  return {
    fell: meanOfExponentials(steps.map((step) => logWealth(p0 * step))),
    rose: meanOfExponentials(steps.map((step) => logWealth(p0 + (1 - p0) * step))),
  };
}

/** Adds up cells of the same exposure ratio: only sums enter the likelihood, so it is exact. */
function pooled(cells: readonly PairedCell[]): PairedCell[] {
  const byRatio = new Map<number, PairedCell>();
  for (const cell of cells) {
    const { before, after, exposureBefore, exposureAfter } = cell;
    if (exposureBefore > 0 && exposureAfter > 0 && before + after > 0) {
      const ratio = exposureAfter / exposureBefore;
      const sum = byRatio.get(ratio) ?? { ...cell, before: 0, after: 0 };
      byRatio.set(ratio, { ...sum, before: sum.before + before, after: sum.after + after });
    }
  }
  return [...byRatio.values()];
}

/** Log likelihood of rate ratio `alternative` less that of `null`, summed over cells; nats. */
function logLikelihoodRatio(
  cells: readonly PairedCell[],
  alternative: number,
  nullRatio: number,
): number {
  let sum = 0;
  for (const { before, after, exposureBefore, exposureAfter } of cells) {
    // log(p1/p0) and log((1−p1)/(1−p0)) share the normaliser.
    const normaliser = Math.log(
      (nullRatio * exposureAfter + exposureBefore) / (alternative * exposureAfter + exposureBefore),
    );
    sum += (before + after) * normaliser + after * Math.log(alternative / nullRatio);
  }
  return sum;
}

function meanOfExponentials(logs: readonly number[]): number {
  const greatest = Math.max(...logs);
  const scaled = logs.reduce((sum, log) => sum + Math.exp(log - greatest), 0);
  return Math.exp(Math.min(greatest + Math.log(scaled / logs.length), maxLog));
}

/** Keeps the e-value a finite number that JSON can hold. */
const maxLog = 300;
