/** Spans and errors of one hour of the day over the last weeks, older days weighing less. */
interface HourSlot {
  spans: number;
  errors: number;
  /** Day (since 1970) that was last added. */
  day: number;
}

export interface ErrorBaseline {
  readonly hours: HourSlot[];
  cells: number;
  /** Smoothed Pearson χ² per cell; 1 for plain chance, more when errors come in bursts. */
  dispersion: number;
}

const hourMs = 3_600_000;
/** Per day; half the weight is gone after ten days. */
const decay = 0.5 ** 0.1;
const minSpans = 200;
const minCells = 30;
/** An hour is pulled towards the whole day as if this many spans of it had been seen. */
const priorSpans = 500;
/** Rates below it are not believed: the first error after a quiet month is no regression. */
const minRate = 0.001;
/** 90 % upper bound: with little history the baseline is taken to be worse than it looks. */
const upperZ = 1.28;
const memoryCells = 500;
const maxCellDispersion = 16;

export function createErrorBaseline(): ErrorBaseline {
  const hours = Array.from({ length: 24 }, () => ({ spans: 0, errors: 0, day: 0 }));
  return { hours, cells: 0, dispersion: 1 };
}

/**
 * Error rate to expect at a time: the hour's rate pulled towards the day's, as a 90 % upper
 * bound; `null` before 200 spans in 30 cells.
 */
export function expectedErrorRate(baseline: ErrorBaseline, timeUnixMs: number): number | null {
  const day = { spans: 0, errors: 0 };
  for (const slot of baseline.hours) {
    day.spans += slot.spans;
    day.errors += slot.errors;
  }
  if (day.spans < minSpans || baseline.cells < minCells) {
    return null;
  }
  const dayRate = upper(day.errors, day.spans);
  const hour = baseline.hours[hourOf(timeUnixMs)] ?? { spans: 0, errors: 0 };
  const pulled = upper(hour.errors + priorSpans * dayRate, hour.spans + priorSpans);
  return Math.min(0.99, Math.max(minRate, pulled));
}

/** Takes in a cell that belongs to no incident; a burst counts as four sigma. */
export function learnErrors(
  baseline: ErrorBaseline,
  cell: { readonly timeUnixMs: number; readonly spans: number; readonly errors: number },
): void {
  const rate = expectedErrorRate(baseline, cell.timeUnixMs);
  const expected = cell.spans * (rate ?? 0);
  const variance = expected * (1 - (rate ?? 0));
  const limit = rate === null ? Infinity : expected + 4 * Math.sqrt(variance) + 1;
  const slot = baseline.hours[hourOf(cell.timeUnixMs)];
  if (slot !== undefined) {
    forget(slot, Math.floor(cell.timeUnixMs / (24 * hourMs)));
    slot.spans += cell.spans;
    slot.errors += Math.min(cell.errors, limit);
  }
  baseline.cells += 1;
  if (rate !== null) {
    const pearson = Math.min((cell.errors - expected) ** 2 / variance, maxCellDispersion);
    baseline.dispersion += (pearson - baseline.dispersion) / Math.min(baseline.cells, memoryCells);
  }
}

/** Makes a rate that lasted the new normal, at every hour. */
export function adoptErrorRate(baseline: ErrorBaseline, rate: number): void {
  for (const slot of baseline.hours) {
    slot.errors = slot.spans * rate;
  }
}

function forget(slot: HourSlot, day: number): void {
  if (slot.day !== 0 && day > slot.day) {
    const weight = decay ** (day - slot.day);
    slot.spans *= weight;
    slot.errors *= weight;
  }
  slot.day = day;
}

function upper(errors: number, spans: number): number {
  return Math.min(1, (errors + upperZ * Math.sqrt(errors + 1)) / spans);
}

function hourOf(unixMs: number): number {
  return Math.floor(unixMs / hourMs) % 24;
}
