import type { SamplingVerdict } from "../../series/sampling-watch.ts";
import type { SeriesWindow } from "../../series/series-window.ts";
import {
  addCell,
  alarmNats,
  type Cusum,
  createCusum,
  type EvidenceCell,
  isAlarming,
  locateOnset,
  maxCellNats,
  releaseCells,
  resetCusum,
} from "./cusum.ts";
import {
  closeEpisode,
  createEpisode,
  type Episode,
  escalateEpisode,
  isAdopted,
  openEpisode,
} from "./episode.ts";
import {
  adoptErrorRate,
  createErrorBaseline,
  type ErrorBaseline,
  expectedErrorRate,
  learnErrors,
} from "./error-baseline.ts";
import { falseAlarmText, sanitizeName, scoreOf } from "./excerpt.ts";
import { isFull, isStale, type OpenCell, widen } from "./open-cell.ts";
import { isExplainedByLoss } from "./sampling-guard.ts";
import { defineSeriesMetric, type SeriesAlarm } from "./series-metric.ts";

interface ErrorCell extends EvidenceCell {
  readonly spans: number;
  readonly errors: number;
  readonly expectedRate: number;
}

interface CountedCell {
  readonly timeUnixMs: number;
  readonly spans: number;
  readonly errors: number;
}

interface ErrorState {
  cell: OpenCell & { errors: number };
  readonly baseline: ErrorBaseline;
  /** Cells that the baseline has not learnt yet, because they may be the start of a rise. */
  readonly pending: CountedCell[];
  readonly cusum: Cusum<ErrorCell>;
  readonly episode: Episode;
}

const cellSize = { target: 30, least: 1 };
const minDifference = 0.01;
const minRatio = 1.5;
const calmCells = 5;
const escalationCells = 15;
/** 99 % of a normal distribution. */
const z99 = 2.576;

/**
 * Errors of one operation: a lasting rise by at least one percentage point and half.
 *
 * Binomial LR-CUSUM on counts, so that no rate is ever computed from a handful of spans: per
 * cell of k errors in n spans, nats = (k ln(p1/p0) + (n−k) ln((1−p1)/(1−p0))) / φ with
 * p0 the seasonal baseline, p1 = max(1.5 p0, p0 + 0.01) and φ the measured overdispersion;
 * alarm at ln(expected run length) when three of the last five cells agree and the rate since
 * the onset, without its worst cell, passes both effect gates. State: 24 hour slots and 64
 * cells, about 6 KB. A rate that rises because a sampler drops the rest is the new normal.
 */
export const errorRegression = defineSeriesMetric<ErrorState>({
  metric: "error_rate",
  unit: "ratio",
  type: "error_regression",
  detector: "error-regression",
  ruleVersion: 1,
  subjects: (window) => window.operations.map(({ operation }) => operation),
  create: () => ({
    cell: emptyCell(),
    baseline: createErrorBaseline(),
    pending: [],
    cusum: createCusum(),
    episode: createEpisode(),
  }),
  advance(state, window, subject) {
    addWindow(state, window, subject);
    if (!isFull(state.cell, cellSize)) {
      return null;
    }
    const { cell } = state;
    state.cell = emptyCell();
    const rise = advanceCell(state, cell, window.sampling);
    return rise === null ? null : toAlarm(state, subject, rise);
  },
});

function emptyCell(): ErrorState["cell"] {
  return { fromUnixMs: 0, toUnixMs: 0, support: 0, errors: 0 };
}

function addWindow(state: ErrorState, window: SeriesWindow, subject: string): void {
  const counts = window.operations.find(({ operation }) => operation === subject);
  if (counts === undefined) {
    return;
  }
  if (isStale(state.cell, window.startUnixMs)) {
    state.cell = emptyCell();
  }
  widen(state.cell, window.startUnixMs, counts.spans);
  state.cell.errors += counts.errors;
}

function advanceCell(
  state: ErrorState,
  { fromUnixMs, toUnixMs, support: spans, errors }: ErrorState["cell"],
  sampling: SamplingVerdict | undefined,
): Rise | null {
  const expectedRate = expectedErrorRate(state.baseline, fromUnixMs);
  const counted = { timeUnixMs: fromUnixMs, spans, errors };
  if (expectedRate === null) {
    learnErrors(state.baseline, counted);
    return null;
  }
  const nats = natsOf(expectedRate, spans, errors) / Math.max(1, state.baseline.dispersion);
  const cell = { fromUnixMs, toUnixMs, spans, errors, expectedRate };
  addCell(state.cusum, { ...cell, nats: Math.min(nats, maxCellNats) });
  const rise = state.episode.open
    ? duringEpisode(state, toUnixMs)
    : onsetOfEpisode(state, toUnixMs, sampling);
  learnPending(state, counted);
  return rise;
}

/** An open episode is not learnt, nor is the rise that led to it. */
function learnPending({ baseline, pending, cusum, episode }: ErrorState, cell: CountedCell): void {
  if (episode.open) {
    pending.splice(0);
    return;
  }
  pending.push(cell);
  for (const released of releaseCells(pending, cusum)) {
    learnErrors(baseline, released);
  }
}

function natsOf(p0: number, spans: number, errors: number): number {
  const p1 = Math.min(0.999, Math.max(minRatio * p0, p0 + minDifference));
  return errors * Math.log(p1 / p0) + (spans - errors) * Math.log((1 - p1) / (1 - p0));
}

interface Rise {
  readonly expectedRate: number;
  readonly spans: number;
  readonly errors: number;
  readonly onset: SeriesAlarm["onset"];
  readonly cellMs: number;
}

function onsetOfEpisode(
  state: ErrorState,
  timeUnixMs: number,
  sampling: SamplingVerdict | undefined,
): Rise | null {
  if (!isAlarming(state.cusum)) {
    return null;
  }
  const { cells, fromUnixMs, toUnixMs } = locateOnset(state.cusum.trail);
  const rise = riseOver(cells, { fromUnixMs, toUnixMs });
  if (!isLarge(riseOver(withoutWorst(cells), rise.onset))) {
    return null;
  }
  const rate = rise.errors / rise.spans;
  if (isExplainedByLoss(sampling, rate / rise.expectedRate)) {
    adoptErrorRate(state.baseline, rate);
    state.pending.splice(0);
    resetCusum(state.cusum);
    return null;
  }
  return openEpisode(state.episode, timeUnixMs, logRise(rise)) ? rise : null;
}

function duringEpisode(state: ErrorState, timeUnixMs: number): Rise | null {
  const { trail } = state.cusum;
  const recent = trail.slice(-escalationCells);
  const fromUnixMs = recent.at(0)?.fromUnixMs ?? timeUnixMs;
  const rise = riseOver(recent, { fromUnixMs, toUnixMs: timeUnixMs });
  const isCalm = trail.slice(-calmCells).reduce((sum, { nats }) => sum + nats, 0) <= 0;
  const isNormal = isAdopted(state.episode, timeUnixMs);
  if (isNormal) {
    adoptErrorRate(state.baseline, rise.errors / rise.spans);
  }
  if (isCalm || isNormal) {
    closeEpisode(state.episode);
    resetCusum(state.cusum);
    return null;
  }
  return escalateEpisode(state.episode, timeUnixMs, logRise(rise)) ? rise : null;
}

function riseOver(cells: readonly ErrorCell[], onset: Rise["onset"]): Rise {
  const total = { spans: 0, errors: 0, expectedErrors: 0, lengthMs: 0 };
  for (const cell of cells) {
    total.spans += cell.spans;
    total.errors += cell.errors;
    total.expectedErrors += cell.spans * cell.expectedRate;
    total.lengthMs += cell.toUnixMs - cell.fromUnixMs;
  }
  return {
    expectedRate: total.expectedErrors / total.spans,
    spans: total.spans,
    errors: total.errors,
    onset,
    cellMs: total.lengthMs / cells.length,
  };
}

function withoutWorst(cells: readonly ErrorCell[]): readonly ErrorCell[] {
  return cells.toSorted((a, b) => b.errors - a.errors).slice(1);
}

function isLarge({ expectedRate, spans, errors }: Rise): boolean {
  const rate = errors / spans;
  return rate >= expectedRate + minDifference && rate >= minRatio * expectedRate;
}

function logRise({ expectedRate, spans, errors }: Rise): number {
  return Math.log((errors + 0.5) / (spans + 1) / expectedRate);
}

function toAlarm({ cusum }: ErrorState, subject: string, rise: Rise): SeriesAlarm {
  const operation = sanitizeName(subject);
  const rate = rise.errors / rise.spans;
  const [low, high] = wilson(rate, rise.spans);
  return {
    rule: "error-rate",
    targetClass: `error_rate:${operation}`,
    severity: rate >= 0.2 ? "high" : "medium",
    score: scoreOf(Math.max(cusum.sum, alarmNats)),
    excerpt:
      `error rate of ${operation}: ${percent(rise.expectedRate)} expected, ${percent(rate)} seen ` +
      `(99 % interval ${percent(low)} to ${percent(high)}, ${rise.spans} spans); ` +
      falseAlarmText(rise.cellMs),
    onset: rise.onset,
  };
}

/** Wilson score interval of a rate at 99 %. */
function wilson(rate: number, spans: number): readonly [number, number] {
  const z2 = z99 ** 2 / spans;
  const center = (rate + z2 / 2) / (1 + z2);
  const margin = (Math.sqrt((rate * (1 - rate)) / spans + z2 / (4 * spans)) * z99) / (1 + z2);
  return [center - margin, center + margin];
}

function percent(ratio: number): string {
  return `${(100 * ratio).toFixed(2)} %`;
}
