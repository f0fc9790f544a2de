import {
  addBuckets,
  type DurationHistogram,
  logQuantileMs,
  shareAbove,
} from "../../series/duration-histogram.ts";
import type { SamplingVerdict } from "../../series/sampling-watch.ts";
import type { SeriesWindow } from "../../series/series-window.ts";
import { levelShiftExcerpt, sanitizeName, scoreOf } from "./excerpt.ts";
import {
  advanceLevelShift,
  createLevelShift,
  type LevelShift,
  type LevelShiftOptions,
  type LevelShiftState,
} from "./level-shift.ts";
import { isFull, isStale, type OpenCell, widen } from "./open-cell.ts";
import { isExplainedByLoss } from "./sampling-guard.ts";
import { defineSeriesMetric, type SeriesAlarm } from "./series-metric.ts";

interface LatencyState {
  cell: OpenCell & { readonly histogram: DurationHistogram };
  readonly p50: LevelShiftState;
  readonly p95: LevelShiftState;
}

const cellSize = { target: 100, least: 30 };

const options: LevelShiftOptions = {
  minEffect: 0.1,
  warmupHours: 48,
  sigmaFloor: 0.02,
  blockMs: 3_600_000,
};

/**
 * Latency of one operation: a lasting rise of its median or its 95th percentile by at least
 * 10 % over what the hour usually shows.
 *
 * Windows are taken together until 100 spans are in hand (at most 6 h, at least 30 spans); the
 * logs of both quantiles go through {@link advanceLevelShift}. Unit: milliseconds. State: two
 * profiles of at most 288 numbers and 64 cells each, about 10 KB. The median finds a shift of
 * the whole distribution with a third of the spans; the 95th percentile finds a heavier tail.
 */
export const performanceRegression = defineSeriesMetric<LatencyState>({
  metric: "latency",
  unit: "ms",
  type: "performance_regression",
  detector: "performance-regression",
  ruleVersion: 1,
  subjects: (window) => window.operations.map(({ operation }) => operation),
  create: () => ({ cell: emptyCell(), p50: createLevelShift(), p95: createLevelShift() }),
  advance(state, window, subject) {
    addWindow(state, window, subject);
    if (!isFull(state.cell, cellSize)) {
      return null;
    }
    const { cell } = state;
    state.cell = emptyCell();
    const wasOpen = { p95: state.p95.episode.open, p50: state.p50.episode.open };
    const judge = { cell, sampling: window.sampling };
    const p95 = advanceQuantile(state.p95, judge, 0.95);
    const p50 = advanceQuantile(state.p50, judge, 0.5);
    // While one quantile is in an episode, an onset of the other tells the same story.
    if (p95 !== null && (wasOpen.p95 || !wasOpen.p50)) {
      return toAlarm("latency-p95", subject, p95);
    }
    return p50 !== null && (wasOpen.p50 || !wasOpen.p95)
      ? toAlarm("latency-p50", subject, p50)
      : null;
  },
});

function emptyCell(): LatencyState["cell"] {
  return { fromUnixMs: 0, toUnixMs: 0, support: 0, histogram: {} };
}

function addWindow(state: LatencyState, window: SeriesWindow, subject: string): void {
  const counts = window.operations.find(({ operation }) => operation === subject);
  if (counts === undefined) {
    return;
  }
  if (isStale(state.cell, window.startUnixMs)) {
    state.cell = emptyCell();
  }
  widen(state.cell, window.startUnixMs, counts.spans);
  addBuckets(state.cell.histogram, counts.buckets, counts.bucketSpans);
}

interface JudgedCell {
  readonly cell: LatencyState["cell"];
  readonly sampling: SamplingVerdict | undefined;
}

function advanceQuantile(
  state: LevelShiftState,
  { cell: { fromUnixMs, toUnixMs, support, histogram }, sampling }: JudgedCell,
  quantile: number,
): LevelShift | null {
  const value = logQuantileMs(histogram, quantile);
  function isExplained(factor: number): boolean {
    const slower = shareAbove(histogram, value - Math.log(factor));
    return isExplainedByLoss(sampling, slower / (1 - quantile));
  }
  const cell = { fromUnixMs, toUnixMs, support, value };
  const shift = advanceLevelShift(state, cell, { ...options, isExplained });
  return shift?.explained === true ? null : shift;
}

function toAlarm(rule: string, subject: string, shift: LevelShift): SeriesAlarm {
  const operation = sanitizeName(subject);
  const quantile = rule === "latency-p95" ? "p95" : "median";
  return {
    rule,
    targetClass: `latency:${operation}`,
    severity: shift.effect >= 1 ? "high" : "medium",
    score: scoreOf(shift.nats),
    excerpt: levelShiftExcerpt(`${quantile} latency of ${operation}`, shift, showMs),
    onset: shift.onset,
  };
}

function showMs(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 0)} ms`;
}
