import type { SamplingVerdict } from "../../series/sampling-watch.ts";
import type { ModelUsage, SeriesWindow } from "../../series/series-window.ts";
import { levelShiftExcerpt, sanitizeName, scoreOf } from "./excerpt.ts";
import {
  advanceLevelShift,
  createLevelShift,
  type LevelShift,
  type LevelShiftOptions,
  type LevelShiftState,
} from "./level-shift.ts";
import { isFull, isStale, type OpenCell, widen } from "./open-cell.ts";
import { isExplainedByLoss, isExplainedByVolume } from "./sampling-guard.ts";
import { defineSeriesMetric, type SeriesAlarm, type SeriesMetric } from "./series-metric.ts";

interface UsageState {
  cell: OpenCell & { total: number; items: number };
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

/** What is summed up in a window, the number of items it is divided by, and those seen. */
interface Usage {
  readonly total: number;
  readonly items: number;
  readonly seen: number;
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
    usage: (window) => ({
      total: totalOf(window, kind),
      items: window.requests,
      seen: window.sample?.requests ?? window.requests,
    }),
  }),
  usagePerItem(kind, "call", {
    subjects: (window) => window.models.map(({ model }) => model),
    usage(window, subject) {
      const used = window.models.find(({ model }) => model === subject);
      return used === undefined
        ? { total: 0, items: 0, seen: 0 }
        : { total: kind.of(used), items: used.calls, seen: seenCalls(used) };
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
      const { total, items, seen } = source.usage(window, subject);
      widen(state.cell, window.startUnixMs, seen);
      state.cell.total += total;
      state.cell.items += items;
      if (!isFull(state.cell, cellSize)) {
        return null;
      }
      const { cell } = state;
      state.cell = emptyCell();
      const shift = advanceTotal(state.shift, cell, {
        ...perItem,
        isExplained: (factor) => isExplainedByLoss(window.sampling, factor),
      });
      return shift === null || shift.explained ? null : toAlarm(kind, item, subject, shift);
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
      const shift = isOver ? advanceHour(state, window.sampling) : null;
      if (isOver) {
        state.cell = emptyCell();
      }
      state.cell.fromUnixMs = hourUnixMs;
      state.cell.toUnixMs = hourUnixMs + hourMs;
      state.cell.support += window.models.reduce((sum, model) => sum + seenCalls(model), 0);
      state.cell.total += totalOf(window, kind);
      return shift === null ? null : toHourAlarm(kind, subject, shift);
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
  return { fromUnixMs: 0, toUnixMs: 0, support: 0, total: 0, items: 0 };
}

function seenCalls({ calls, sampledCalls }: ModelUsage): number {
  return sampledCalls ?? calls;
}

function totalOf(window: SeriesWindow, kind: UsageKind): number {
  return window.models.reduce((sum, model) => sum + kind.of(model), 0);
}

function advanceHour(
  { shift, cell }: UsageState,
  sampling: SamplingVerdict | undefined,
): LevelShift | null {
  return advanceTotal(
    shift,
    { ...cell, items: 1 },
    { ...perHour, isExplained: (factor) => isExplainedByVolume(sampling, factor) },
  );
}

/** A total of zero (an unpriced model) has no logarithm and says nothing. */
function advanceTotal(
  state: LevelShiftState,
  { fromUnixMs, toUnixMs, support, total, items }: UsageState["cell"],
  options: LevelShiftOptions,
): LevelShift | null {
  if (total <= 0) {
    return null;
  }
  const value = Math.log(total / items);
  return advanceLevelShift(state, { fromUnixMs, toUnixMs, support, value }, options);
}

/**
 * A rise that goes with a step in the number of requests is either traffic or a sampler that
 * keeps more: it is an observation, once and in dollars only, and never a finding alone.
 */
function toHourAlarm(kind: UsageKind, subject: string, shift: LevelShift): SeriesAlarm | null {
  const alarm = toAlarm(kind, "hour", subject, shift);
  if (!shift.explained) {
    return alarm;
  }
  return kind.name === "cost" ? { ...alarm, strength: "weak" } : null;
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
