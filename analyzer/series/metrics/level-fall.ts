import type { FindingType } from "../../../core/model/finding.ts";
import { falseAlarmText, sanitizeName, scoreOf } from "../../detectors/series/excerpt.ts";
import {
  advanceLevelShift,
  createLevelShift,
  type LevelShift,
  type LevelShiftOptions,
  type LevelShiftState,
} from "../../detectors/series/level-shift.ts";
import {
  type CellSize,
  isFull,
  isStale,
  type OpenCell,
  widen,
} from "../../detectors/series/open-cell.ts";
import {
  defineSeriesMetric,
  type SeriesAlarm,
  type SeriesMetric,
} from "../../detectors/series/series-metric.ts";
import type { SeriesWindow } from "../series-window.ts";

/** A positive quantity per item that is watched for falls. */
export interface LevelFall {
  readonly metric: string;
  readonly unit: string;
  readonly type: FindingType;
  /** As people read it, such as `output length`. */
  readonly name: string;
  readonly minFall: number;
  readonly subjects: (window: SeriesWindow) => readonly string[];
  /** Sum over the items of a window, and their number. */
  readonly totalOf: (
    window: SeriesWindow,
    subject: string,
  ) => { readonly total: number; readonly items: number };
}

interface FallState {
  cell: OpenCell & { total: number };
  readonly shift: LevelShiftState;
}

const cellSize: CellSize = { target: 100, least: 30 };
const hourMs = 3_600_000;

/**
 * A lasting fall of a mean below what the hour usually shows: −ln(mean) goes through
 * {@link advanceLevelShift}, which watches for rises. Windows are taken together until 100 items
 * are in hand. State: one profile and 64 cells, about 5 KB.
 */
export function levelFall(fall: LevelFall): SeriesMetric {
  const options: LevelShiftOptions = {
    minEffect: 1 / (1 - fall.minFall) - 1,
    warmupHours: 48,
    sigmaFloor: 0.02,
    blockMs: hourMs,
  };
  return defineSeriesMetric<FallState>({
    metric: fall.metric,
    unit: fall.unit,
    type: fall.type,
    detector: "level-fall",
    ruleVersion: 1,
    subjects: (window) => fall.subjects(window),
    create: () => ({ cell: emptyCell(), shift: createLevelShift() }),
    advance(state, window, subject) {
      const { total, items } = fall.totalOf(window, subject);
      if (isStale(state.cell, window.startUnixMs)) {
        state.cell = emptyCell();
      }
      widen(state.cell, window.startUnixMs, items);
      state.cell.total += total;
      if (!isFull(state.cell, cellSize)) {
        return null;
      }
      const { total: sum, ...cell } = state.cell;
      state.cell = emptyCell();
      const value = -Math.log(sum / cell.support);
      const shift = Number.isFinite(value)
        ? advanceLevelShift(state.shift, { ...cell, value }, options)
        : null;
      return shift === null ? null : toAlarm(fall, subject, shift);
    },
  });
}

function emptyCell(): FallState["cell"] {
  return { fromUnixMs: 0, toUnixMs: 0, support: 0, total: 0 };
}

/** The shift is one of 1/mean: its interval turns over. */
function toAlarm({ metric, name }: LevelFall, subject: string, shift: LevelShift): SeriesAlarm {
  const of = subject === "" ? "" : ` of ${sanitizeName(subject)}`;
  const interval = `${fallen(shift.effectTo)} to ${fallen(shift.effectFrom)}`;
  return {
    rule: metric.replaceAll("_", "-"),
    targetClass: subject === "" ? metric : `${metric}:${sanitizeName(subject)}`,
    severity: shift.effect >= 1 ? "medium" : "low",
    score: scoreOf(shift.nats),
    excerpt:
      `${name}${of}: ${(1 / shift.baseline).toPrecision(3)} expected, ` +
      `${(1 / shift.observed).toPrecision(3)} seen, ${fallen(shift.effect)} ` +
      `(99 % interval ${interval}); ${falseAlarmText(shift.cellMs)}`,
    onset: shift.onset,
  };
}

function fallen(effect: number): string {
  const percent = Math.round(100 * (1 / (1 + effect) - 1));
  return `${percent > 0 ? "+" : ""}${percent} %`;
}
