/** How many spans a stream usually brings in ten minutes, and how long it has been silent. */
export interface SilenceWatch {
  firstUnixMs: number;
  /** Start of the cell being counted; 0 before the first span. */
  cellUnixMs: number;
  spans: number;
  /** `d13` for 13 to 14 h of weekdays, `e13` of weekends: mean spans per cell, and cells seen. */
  readonly slots: Record<string, [mean: number, cells: number]>;
  /** Spans of the last two cells before a silence; the very last may have been cut short. */
  recent: number[];
  /** Variance of counts relative to Poisson's, at least 1. */
  dispersion: number;
  /** Start of the silence and the spans expected since; 0 for none. */
  silentFromUnixMs: number;
  expected: number;
  alarmed: boolean;
}

/** A stream that should have brought spans and brought none. */
export interface Silence {
  /** When it was certain. */
  readonly atUnixMs: number;
  readonly onset: { readonly fromUnixMs: number; readonly toUnixMs: number };
  /** Spans that were expected by then. */
  readonly expected: number;
  /** −ln of the chance of it. */
  readonly nats: number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
export const silenceCellMs = 10 * minuteMs;
const warmupMs = dayMs;
const cellsOfHour = hourMs / silenceCellMs;
/** Sparser hours say nothing in a cell. */
const fewestUsual = 10;
const memoryCells = 10 * cellsOfHour;
const memoryDispersion = 200;
const maxDispersion = 50;
/** e⁻²⁵: one false alarm in 1.4 million years of ten minutes. */
const alarmNats = 25;
/** Half an hour: what a sampler leaves of busy traffic is rarely silent for so long. */
const fewestCells = 3;
/** A silence that lasted this long is the new normal. */
const adoptionMs = 2 * dayMs;

export function createSilenceWatch(): SilenceWatch {
  return {
    firstUnixMs: 0,
    cellUnixMs: 0,
    spans: 0,
    slots: {},
    recent: [],
    dispersion: 1,
    silentFromUnixMs: 0,
    expected: 0,
    alarmed: false,
  };
}

/** Counts the spans of a window; time must have passed until its start. */
export function countSpansOf(watch: SilenceWatch, startUnixMs: number, spans: number): void {
  watch.firstUnixMs ||= startUnixMs;
  watch.cellUnixMs ||= floorToCell(startUnixMs);
  watch.spans += spans;
}

/**
 * Closes the cells of ten minutes that end by a time, and says when a silence became certain:
 * P(no span | Poisson(expected / dispersion)) ≤ e⁻²⁵, expected from the same hour of such days.
 * Absolute silence only, so that no change of head sampling is taken for it. Hours below ten
 * spans per cell are learnt but never judged. O(cells); the same for every way to cut time.
 */
export function passTime(watch: SilenceWatch, untilUnixMs: number): Silence | null {
  let silence: Silence | null = null;
  while (watch.cellUnixMs !== 0 && watch.cellUnixMs + silenceCellMs <= untilUnixMs) {
    silence = closeCell(watch) ?? silence;
    watch.cellUnixMs += silenceCellMs;
    watch.spans = 0;
  }
  return silence;
}

/** What was seen says nothing, because of how it was sampled: counting starts again later. */
export function skipTime(watch: SilenceWatch, untilUnixMs: number): void {
  if (watch.cellUnixMs !== 0) {
    watch.cellUnixMs = floorToCell(untilUnixMs);
    Object.assign(watch, { spans: 0, silentFromUnixMs: 0, expected: 0, alarmed: false });
  }
}

/** Whether silence until a time would still be news. */
export function awaitsSpans(watch: SilenceWatch, untilUnixMs: number): boolean {
  return (
    watch.cellUnixMs !== 0 && !watch.alarmed && untilUnixMs - watch.cellUnixMs < adoptionMs / 2
  );
}

function closeCell(watch: SilenceWatch): Silence | null {
  const { cellUnixMs, spans } = watch;
  const [usual, cells] = watch.slots[slotOf(cellUnixMs)] ?? [0, 0];
  const isJudged =
    usual >= fewestUsual && cells >= cellsOfHour && cellUnixMs - watch.firstUnixMs >= warmupMs;
  if (spans > 0 || !isJudged) {
    learn(watch, usual, cells);
    Object.assign(watch, spans > 0 && { silentFromUnixMs: 0, expected: 0, alarmed: false });
    return null;
  }
  watch.silentFromUnixMs ||= cellUnixMs;
  // Traffic that is less than usual anyway, or sampled now, is silent sooner by chance.
  watch.expected += Math.min(usual, Math.max(0, ...watch.recent));
  if (cellUnixMs - watch.silentFromUnixMs >= adoptionMs) {
    learn(watch, usual, cells);
  }
  const nats = watch.expected / watch.dispersion;
  const cellsSilent = 1 + (cellUnixMs - watch.silentFromUnixMs) / silenceCellMs;
  if (watch.alarmed || nats < alarmNats || cellsSilent < fewestCells) {
    return null;
  }
  watch.alarmed = true;
  return {
    atUnixMs: cellUnixMs + silenceCellMs,
    onset: {
      fromUnixMs: watch.silentFromUnixMs - silenceCellMs,
      toUnixMs: watch.silentFromUnixMs + minuteMs,
    },
    expected: watch.expected,
    nats,
  };
}

function learn(watch: SilenceWatch, usual: number, cells: number): void {
  const { spans } = watch;
  watch.recent = [...watch.recent, spans].slice(-2);
  const mean = usual + (spans - usual) / Math.min(cells + 1, memoryCells);
  watch.slots[slotOf(watch.cellUnixMs)] = [mean, cells + 1];
  if (usual >= fewestUsual && cells >= cellsOfHour) {
    const pearson = Math.min(maxDispersion, (spans - usual) ** 2 / usual);
    watch.dispersion += (Math.max(1, pearson) - watch.dispersion) / memoryDispersion;
  }
}

function floorToCell(unixMs: number): number {
  return Math.floor(unixMs / silenceCellMs) * silenceCellMs;
}

function slotOf(unixMs: number): string {
  // The first of January 1970 was a Thursday.
  const weekday = (Math.floor(unixMs / dayMs) + 4) % 7;
  const kind = weekday === 0 || weekday === 6 ? "e" : "d";
  return `${kind}${Math.floor(unixMs / hourMs) % 24}`;
}
