/**
 * How rare each value of a stream of nonnegative numbers is among the ones before it: a
 * forgetting histogram with bins of a quarter octave. 520 bytes.
 */
export interface TailSurprise {
  /** Weight per bin; newer values weigh more. */
  readonly weights: Float32Array;
  /** Sum of the weights. */
  total: number;
  /** Weight of the next value. */
  unit: number;
  count: number;
  /** Natural logarithm of the value in the middle bin; fixed by the first positive value. */
  origin: number;
  /** Where the tail begins, in units of the values, its share and its mean excess. */
  tailFrom: number;
  tailShare: number;
  meanExcess: number;
}

const bins = 128;
const binsPerNat = 4 / Math.LN2;
/** Values count 1/e after this many others. */
const memory = 2_000;
const growth = 1 + 1 / memory;
const largestUnit = 1e6;
const tailShare = 0.02;
/** A tail of fewer values than this says nothing about its own length. */
const tailValues = 5;
/** Excesses are not believed to be more regular than this share of where the tail begins. */
const excessFloor = 0.02;
/** The tail moves slowly; it is measured anew every so many values. */
const measureEvery = 8;

export function createTailSurprise(): TailSurprise {
  return {
    weights: new Float32Array(bins),
    total: 0,
    unit: 1,
    count: 0,
    origin: Number.NaN,
    tailFrom: 0,
    tailShare: 1,
    meanExcess: 0,
  };
}

/**
 * −ln p of a value among those before it, in nats; 0 before `warmup` values.
 *
 * p = (1 + weight of values at least as large) / (1 + total weight), the conformal p-value under
 * forgetting; within the largest 2 % it is extrapolated by an exponential tail,
 * p = share · exp(−(x − u) / (mean excess + 0.02 u)), because ranks alone end at 1/2,000.
 * Source: Siffer et al. 2017 (streaming peaks over threshold), Vovk et al. 2005 (conformal).
 */
export function surpriseOf(tail: TailSurprise, value: number, warmup: number): number {
  if (tail.count < warmup || !(value > 0) || Number.isNaN(tail.origin)) {
    return 0;
  }
  if (value > tail.tailFrom) {
    const scale = tail.meanExcess + excessFloor * tail.tailFrom;
    const excess = scale > 0 ? (value - tail.tailFrom) / scale : 0;
    return -Math.log(tail.tailShare) + excess;
  }
  const position = positionOf(tail, value);
  const bin = Math.floor(position);
  let above = (tail.weights[bin] ?? 0) * (1 - (position - bin));
  for (let index = bin + 1; index < bins; index++) {
    above += tail.weights[index] ?? 0;
  }
  return -Math.log((above + tail.unit) / (tail.total + tail.unit));
}

/** Takes a value in. */
export function observeSurprise(tail: TailSurprise, value: number): void {
  if (Number.isNaN(tail.origin) && value > 0) {
    tail.origin = Math.log(value);
  }
  const bin = Math.floor(positionOf(tail, value));
  tail.weights[bin] = (tail.weights[bin] ?? 0) + tail.unit;
  tail.total += tail.unit;
  tail.count += 1;
  tail.unit *= growth;
  if (tail.unit > largestUnit) {
    rescale(tail);
  }
  if (tail.count % measureEvery === 0) {
    measureTail(tail);
  }
}

function rescale(tail: TailSurprise): void {
  for (let bin = 0; bin < bins; bin++) {
    tail.weights[bin] = (tail.weights[bin] ?? 0) / tail.unit;
  }
  tail.total /= tail.unit;
  tail.unit = 1;
}

function measureTail(tail: TailSurprise): void {
  const wanted = Math.max(tailShare * tail.total, tailValues * tail.unit);
  let above = 0;
  let bin = bins;
  while (bin > 0 && above + (tail.weights[bin - 1] ?? 0) <= wanted) {
    bin -= 1;
    above += tail.weights[bin] ?? 0;
  }
  // The share of the bin below that still belongs to the tail, from its upper end.
  const inBin = bin > 0 ? (tail.weights[bin - 1] ?? 0) : 0;
  const part = inBin > 0 ? (wanted - above) / inBin : 0;
  const from = valueAt(tail, bin - part);
  let excess = part * inBin * ((valueAt(tail, bin) - from) / 2);
  for (let index = bin; index < bins; index++) {
    const weight = tail.weights[index] ?? 0;
    excess += weight > 0 ? weight * (valueAt(tail, index + 0.5) - from) : 0;
  }
  tail.tailFrom = from;
  tail.tailShare = wanted / Math.max(wanted, tail.total);
  tail.meanExcess = excess / wanted;
}

function positionOf(tail: TailSurprise, value: number): number {
  if (!(value > 0) || Number.isNaN(tail.origin)) {
    return 0;
  }
  const position = bins / 2 + (Math.log(value) - tail.origin) * binsPerNat;
  return Math.min(Math.max(position, 0), bins - 1e-9);
}

function valueAt(tail: TailSurprise, position: number): number {
  return Math.exp(tail.origin + (position - bins / 2) / binsPerNat);
}
