/** A stretch of windows that are taken together until they hold enough items to judge. */
export interface OpenCell {
  fromUnixMs: number;
  toUnixMs: number;
  support: number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Items that make a cell worth judging at once, and at the latest after an hour. */
export interface CellSize {
  readonly target: number;
  readonly least: number;
}

const staleMs = 6 * hourMs;

/** Widens a cell by the window that starts at `startUnixMs`. */
export function widen(cell: OpenCell, startUnixMs: number, support: number): void {
  cell.fromUnixMs ||= startUnixMs;
  cell.toUnixMs = startUnixMs + minuteMs;
  cell.support += support;
}

/** Full: the target is reached, or an hour has passed and the least is. */
export function isFull(cell: OpenCell, { target, least }: CellSize): boolean {
  const lengthMs = cell.toUnixMs - cell.fromUnixMs;
  return cell.support >= target || (lengthMs >= hourMs && cell.support >= least);
}

/**
 * Stale: a window at `startUnixMs` must not join the cell, because nothing was seen for an hour
 * or the cell has been too thin for six.
 */
export function isStale(cell: OpenCell, startUnixMs: number): boolean {
  return (
    cell.fromUnixMs !== 0 &&
    (startUnixMs - cell.toUnixMs > hourMs || startUnixMs - cell.fromUnixMs >= staleMs)
  );
}
