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
import { defineSeriesMetric, type SeriesAlarm, type SeriesMetric } from "./series-metric.ts";

interface UsageState {
  cell: OpenCell & { total: number };
  readonly shift: LevelShiftState;
}

const cellSize = { target: 100, least: 30 };
const hourMs = 3_600_000;
const minEffect = 0.2;

const perItem: LevelShiftOptions = {
  minEffect,
  warmupHours: 48,
  sigmaFloor: 0.02,
  blockMs: hourMs,
};

const perHour: LevelShiftOptions = {
  minEffect,
  warmupHours: 7 * 24,
  sigmaFloor: 0.03,
  blockMs: 24 * hourMs,
};

/** What is summed up in a window, and the number of items it is divided by. */
interface Usage {
  readonly total: number;
  readonly items: number;
}

interface UsageKind {
  readonly name: "cost" | "tokens";
  readonly unit: string;
  readonly show: (value: number) => string;
  readonly of: (model: { readonly costUsd: number; readonly tokens: number }) => number;
}

const cost: UsageKind = {
  name: "cost",
  unit: "USD",
  show: (value) => `${value.toPrecision(3)} USD`,
  of: ({ costUsd }) => costUsd,
};

const tokens: UsageKind = {
  name: "tokens",
  unit: "tokens",
  show: (value) => `${Math.round(value)} tokens`,
  of: (model) => model.tokens,
};

/**
 * What inference costs, in US dollars and in tokens: a lasting rise by at least 20 % per request
 * of the service, per call of a model, or per hour.
 *
 * Per item: windows are taken together until 100 items are in hand; ln(total / items) goes
 * through {@link advanceLevelShift}. Per hour: ln(total of the hour), after a week. State: one
 * profile of at most 288 numbers and 64 cells, about 5 KB. Both units share a target class, so
 * that one rise is one finding.
 */
export const costAnomalies: readonly SeriesMetric[] = [cost, tokens].flatMap((kind) => [
  usagePerItem(kind, "request", {
    subjects: (window) => (window.requests > 0 && window.models.length > 0 ? [""] : []),
    usage: (window) => ({ total: totalOf(window, kind), items: window.requests }),
  }),
  usagePerItem(kind, "call", {
    subjects: (window) => window.models.map(({ model }) => model),
    usage(window, subject) {
      const used = window.models.find(({ model }) => model === subject);
      return { total: used === undefined ? 0 : kind.of(used), items: used?.calls ?? 0 };
    },
  }),
  usagePerHour(kind),
]);

interface UsageSource {
  readonly subjects: (window: SeriesWindow) => readonly string[];
  readonly usage: (window: SeriesWindow, subject: string) => Usage;
}

function usagePerItem(
  kind: UsageKind,
  item: "request" | "call",
  source: UsageSource,
): SeriesMetric {
  return defineSeriesMetric<UsageState>({
    ...shape(kind, item),
    subjects: source.subjects,
    advance(state, window, subject) {
      if (isStale(state.cell, window.startUnixMs)) {
        state.cell = emptyCell();
      }
      const { total, items } = source.usage(window, subject);
      widen(state.cell, window.startUnixMs, items);
      state.cell.total += total;
      if (!isFull(state.cell, cellSize)) {
        return null;
      }
      const { cell } = state;
      state.cell = emptyCell();
      const shift = advanceTotal(state.shift, cell, cell.total / cell.support, perItem);
      return shift === null ? null : toAlarm(kind, item, subject, shift);
    },
  });
}

function usagePerHour(kind: UsageKind): SeriesMetric {
  return defineSeriesMetric<UsageState>({
    ...shape(kind, "hour"),
    subjects: (window) => (window.models.length > 0 ? [""] : []),
    advance(state, window, subject) {
      const hourUnixMs = window.startUnixMs - (window.startUnixMs % hourMs);
      const { cell } = state;
      const isOver = cell.fromUnixMs !== 0 && cell.fromUnixMs !== hourUnixMs;
      const shift = isOver ? advanceTotal(state.shift, cell, cell.total, perHour) : null;
      if (isOver) {
        state.cell = emptyCell();
      }
      state.cell.fromUnixMs = hourUnixMs;
      state.cell.toUnixMs = hourUnixMs + hourMs;
      state.cell.support += window.models.reduce((sum, { calls }) => sum + calls, 0);
      state.cell.total += totalOf(window, kind);
      return shift === null ? null : toAlarm(kind, "hour", subject, shift);
    },
  });
}

function shape(kind: UsageKind, per: string) {
  return {
    metric: `${kind.name}_per_${per}`,
    unit: kind.unit,
    type: "cost_anomaly",
    detector: "cost-anomaly",
    ruleVersion: 1,
    create: (): UsageState => ({ cell: emptyCell(), shift: createLevelShift() }),
  } as const;
}

function emptyCell(): UsageState["cell"] {
  return { fromUnixMs: 0, toUnixMs: 0, support: 0, total: 0 };
}

function totalOf(window: SeriesWindow, kind: UsageKind): number {
  return window.models.reduce((sum, model) => sum + kind.of(model), 0);
}

/** A total of zero (an unpriced model) has no logarithm and says nothing. */
function advanceTotal(
  state: LevelShiftState,
  { fromUnixMs, toUnixMs, support }: OpenCell,
  total: number,
  options: LevelShiftOptions,
): LevelShift | null {
  if (total <= 0) {
    return null;
  }
  return advanceLevelShift(
    state,
    { fromUnixMs, toUnixMs, support, value: Math.log(total) },
    options,
  );
}

function toAlarm(kind: UsageKind, per: string, subject: string, shift: LevelShift): SeriesAlarm {
  const ofModel = subject === "" ? "" : ` of ${sanitizeName(subject)}`;
  return {
    rule: `${kind.name}-per-${per}`,
    targetClass: per === "hour" ? "cost.per_hour" : "cost.per_request",
    severity: shift.effect >= 1 ? "high" : "medium",
    score: scoreOf(shift.nats),
    excerpt: levelShiftExcerpt(`${kind.name} per ${per}${ofModel}`, shift, kind.show),
    onset: shift.onset,
  };
}
