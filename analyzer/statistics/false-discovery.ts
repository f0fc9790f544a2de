/**
 * Which of many hypotheses to reject so that the expected share of false ones among the rejected
 * stays below a level.
 */

/**
 * Benjamini–Hochberg: rejects the k smallest p-values, k the largest with p₍ₖ₎ ≤ level · k / n.
 * Valid for independent or positively dependent tests.
 *
 * @returns whether each is rejected, in the order given.
 */
export function rejectByPValue(pValues: readonly number[], level: number): boolean[] {
  const sorted = pValues.toSorted((a, b) => a - b);
  let bound = -1;
  for (const [index, pValue] of sorted.entries()) {
    bound = pValue <= (level * (index + 1)) / sorted.length ? pValue : bound;
  }
  return pValues.map((pValue) => pValue <= bound);
}

/**
 * e-BH: rejects the k largest e-values, k the largest with e₍ₖ₎ ≥ n / (level · k). Valid under
 * any dependence, and at any time when the e-values are those of e-processes.
 * Source: Wang and Ramdas 2022, arXiv 2009.02824.
 *
 * @param logEValues natural logarithms of the e-values.
 */
export function rejectByEValue(logEValues: readonly number[], level: number): boolean[] {
  const sorted = logEValues.toSorted((a, b) => b - a);
  let bound = Number.POSITIVE_INFINITY;
  for (const [index, logE] of sorted.entries()) {
    bound = logE >= Math.log(sorted.length / (level * (index + 1))) ? logE : bound;
  }
  return logEValues.map((logE) => logE >= bound);
}

/** Online control: tests come one after the other, without end; 16 bytes and 8 a rejection. */
export interface OnlineDiscovery {
  tests: number;
  /** Numbers of the tests that rejected, oldest first. */
  readonly rejections: number[];
}

const keptRejections = 256;

export function createOnlineDiscovery(): OnlineDiscovery {
  return { tests: 0, rejections: [] };
}

/**
 * LORD++: the level of the next test,
 * αₜ = γₜ w₀ + (level − w₀) γₜ₋τ₁ + level Σⱼ≥₂ γₜ₋τⱼ, w₀ = level/2, γⱼ = (6/π²)/j²,
 * so every rejection pays for more tests. Only the last 256 rejections count.
 * Source: Ramdas et al. 2017, arXiv 1710.00499.
 *
 * @returns whether this p-value is rejected.
 */
export function rejectNext(state: OnlineDiscovery, pValue: number, level: number): boolean {
  state.tests += 1;
  const [first, ...later] = state.rejections;
  const initial = level / 2;
  let allowed = gamma(state.tests) * initial;
  allowed += first === undefined ? 0 : (level - initial) * gamma(state.tests - first);
  for (const rejection of later) {
    allowed += level * gamma(state.tests - rejection);
  }
  const rejects = pValue <= allowed;
  if (rejects) {
    state.rejections.push(state.tests);
    state.rejections.splice(0, state.rejections.length - keptRejections);
  }
  return rejects;
}

function gamma(index: number): number {
  return 6 / (Math.PI ** 2 * index ** 2);
}
