/**
 * Tail probabilities that stay exact where they are small: the tables and differences from one
 * of other packages saturate near 1e-3, and control of false discoveries needs 1e-9.
 */

/** P(Z ≥ z) of a standard normal variable; relative error below 1e-9 down to z = 37. */
export function normalTail(z: number): number {
  if (z < 0) {
    return 1 - normalTail(-z);
  }
  return 0.5 * upperGamma(0.5, (z * z) / 2);
}

/** P(|T| ≥ |t|) of Student's t with `degrees` of freedom. */
export function studentTwoSided(t: number, degrees: number): number {
  if (Number.isNaN(t) || !(degrees > 0)) {
    return 1;
  }
  return betaFraction(degrees / (degrees + t * t), degrees / 2, 0.5);
}

/** P(X ≥ x) of a chi-squared variable with `degrees` of freedom. */
export function chiSquaredTail(x: number, degrees: number): number {
  return x <= 0 ? 1 : upperGamma(degrees / 2, x / 2);
}

/** P(K ≥ k) of a Poisson variable with this mean. */
export function poissonTail(k: number, mean: number): number {
  return k <= 0 ? 1 : 1 - upperGamma(k, mean);
}

/** P(K ≤ k) of a Poisson variable with this mean. */
export function poissonLower(k: number, mean: number): number {
  return k < 0 ? 0 : upperGamma(k + 1, mean);
}

/**
 * One-sided exact test of Fisher: P(at least `hits` of `drawn`) when `marked` of `total` items
 * are marked and `drawn` are taken without return.
 */
export function fisherUpper(hits: number, drawn: number, marked: number, total: number): number {
  const most = Math.min(drawn, marked);
  const all = lnChoose(total, drawn);
  let sum = 0;
  for (let k = Math.max(hits, drawn + marked - total); k <= most; k++) {
    sum += Math.exp(lnChoose(marked, k) + lnChoose(total - marked, drawn - k) - all);
  }
  return Math.min(1, sum);
}

/** ln Γ(x) for x > 0 (Lanczos, g = 7, nine terms; relative error about 1e-15). */
export function lnGamma(x: number): number {
  if (x < 0.5) {
    return Math.log(Math.PI / Math.sin(Math.PI * x)) - lnGamma(1 - x);
  }
  const shifted = x - 1;
  const base = shifted + 7.5;
  let series = lanczosFirst;
  for (const [index, term] of lanczos.entries()) {
    series += term / (shifted + index + 1);
  }
  return lnSqrtTwoPi + (shifted + 0.5) * Math.log(base) - base + Math.log(series);
}

const lnSqrtTwoPi = 0.9189385332046727;
const lanczosFirst = 0.9999999999998099;
const lanczos = [
  676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
];
const precision = 1e-15;
const mostSteps = 500;
/** Stands for a zero divisor in continued fractions (Lentz). */
const tiny = 1e-300;

function lnChoose(n: number, k: number): number {
  return k < 0 || k > n
    ? Number.NEGATIVE_INFINITY
    : lnGamma(n + 1) - lnGamma(k + 1) - lnGamma(n - k + 1);
}

/** Regularized upper incomplete gamma function Q(a, x). */
function upperGamma(a: number, x: number): number {
  if (x <= 0) {
    return 1;
  }
  const front = Math.exp(a * Math.log(x) - x - lnGamma(a));
  return x < a + 1 ? 1 - front * gammaSeries(a, x) : front * gammaFraction(a, x);
}

function gammaSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < mostSteps && term > sum * precision; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

function gammaFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let value = d;
  for (let n = 1; n < mostSteps; n++) {
    const factor = -n * (n - a);
    b += 2;
    d = 1 / nonZero(factor * d + b);
    c = nonZero(b + factor / c);
    value *= d * c;
    if (Math.abs(d * c - 1) < precision) {
      break;
    }
  }
  return value;
}

/** Regularized incomplete beta function I_x(a, b). */
function betaFraction(x: number, a: number, b: number): number {
  if (x <= 0 || x >= 1) {
    return x <= 0 ? 0 : 1;
  }
  const front = Math.exp(
    lnGamma(a + b) - lnGamma(a) - lnGamma(b) + a * Math.log(x) + b * Math.log1p(-x),
  );
  return x < (a + 1) / (a + b + 2)
    ? (front * lentzBeta(x, a, b)) / a
    : 1 - (front * lentzBeta(1 - x, b, a)) / b;
}

function lentzBeta(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m < mostSteps; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    value *= d * c;
    if (Math.abs(d * c - 1) < precision) {
      break;
    }
  }
  return value;
}

function nonZero(value: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}
