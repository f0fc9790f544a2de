/** A text that goes round in circles: the range of the repeats and how long one is. */
export interface Loop {
  readonly start: number;
  readonly end: number;
  readonly period: number;
}

const probeLength = 16;
const longestPeriod = 400;
const leastRepeats = 5;
const leastUnits = 160;

/**
 * A loop at the end of a text, as a model falls into that does not stop by itself: at least five
 * repeats and 160 units of something with letters in it. Rules, tables and zeros do not count.
 */
export function loopAtEnd(text: string): Loop | null {
  if (text.length < leastUnits) {
    return null;
  }
  // A loop may be cut anywhere, so what repeats is looked for at its very end.
  const probe = text.slice(-probeLength);
  const near = text.slice(-longestPeriod - probeLength);
  const before = near.lastIndexOf(probe, near.length - probeLength - 1);
  if (before < 0) {
    return null;
  }
  const period = near.length - probeLength - before;
  let start = text.length - period;
  while (start > 0 && text.charCodeAt(start - 1) === text.charCodeAt(start - 1 + period)) {
    start -= 1;
  }
  const units = text.length - start;
  const long = units >= Math.max(leastUnits, leastRepeats * period);
  return long && /\p{L}|\p{So}/u.test(text.slice(-period - 1))
    ? { start, end: text.length, period }
    : null;
}
