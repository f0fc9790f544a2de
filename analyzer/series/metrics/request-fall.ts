import { falseAlarmText, scoreOf } from "../../detectors/series/excerpt.ts";
import {
  advanceLevelShift,
  createLevelShift,
  type LevelShift,
  type LevelShiftOptions,
  type LevelShiftState,
} from "../../detectors/series/level-shift.ts";
import { defineSeriesMetric, type SeriesAlarm } from "../../detectors/series/series-metric.ts";

interface RequestState {
  /** Start of the hour being counted; 0 before the first. */
  hourUnixMs: number;
  requests: number;
  readonly shift: LevelShiftState;
}

const hourMs = 3_600_000;
/** Half of what is usual at the hour is gone. */
const options: LevelShiftOptions = {
  minEffect: 1,
  warmupHours: 7 * 24,
  sigmaFloor: 0.05,
  blockMs: 24 * hourMs,
};
const fewestRequests = 20;

/**
 * Requests per hour, weighted by their sampling: a lasting fall to half of what is usual.
 *
 * Weak alone: a sampler that nobody declared drops requests in the same way, and to have fewer
 * users is not a fault. −ln(requests of the hour) goes through {@link advanceLevelShift}; hours
 * below 20 requests are too few and are left out, silence is told by `silence.ts`. About 5 KB.
 */
export const requestFall = defineSeriesMetric<RequestState>({
  metric: "requests",
  unit: "requests/h",
  type: "drift.distribution",
  detector: "level-fall",
  ruleVersion: 1,
  subjects: () => [""],
  create: () => ({ hourUnixMs: 0, requests: 0, shift: createLevelShift() }),
  advance(state, { startUnixMs, requests }) {
    const hourUnixMs = startUnixMs - (startUnixMs % hourMs);
    const isOver = state.hourUnixMs !== 0 && hourUnixMs !== state.hourUnixMs;
    const shift = isOver ? closeHour(state) : null;
    if (isOver || state.hourUnixMs === 0) {
      state.hourUnixMs = hourUnixMs;
      state.requests = 0;
    }
    state.requests += requests;
    return shift === null ? null : toAlarm(shift);
  },
});

function closeHour({ hourUnixMs, requests, shift }: RequestState): LevelShift | null {
  if (requests < fewestRequests) {
    return null;
  }
  const cell = {
    fromUnixMs: hourUnixMs,
    toUnixMs: hourUnixMs + hourMs,
    value: -Math.log(requests),
    support: requests,
  };
  return advanceLevelShift(shift, cell, options);
}

function toAlarm(shift: LevelShift): SeriesAlarm {
  return {
    rule: "requests",
    targetClass: "requests",
    severity: "low",
    strength: "weak",
    score: scoreOf(shift.nats),
    excerpt:
      `requests per hour: ${Math.round(1 / shift.baseline)} expected, ` +
      `${Math.round(1 / shift.observed)} seen, ${share(shift.effect)} of them ` +
      `(99 % interval ${share(shift.effectTo)} to ${share(shift.effectFrom)}); ` +
      falseAlarmText(shift.cellMs),
    onset: shift.onset,
  };
}

/** What is left of the expected requests when their inverse rose by `effect`. */
function share(effect: number): string {
  return `${Math.round(100 / (1 + effect))} %`;
}
