import {
  createTailSurprise,
  observeSurprise,
  surpriseOf,
  type TailSurprise,
} from "../../statistics/tail-surprise.ts";
import { advanceHourlyProfile, createHourlyProfile, type HourlyProfile } from "./hourly-profile.ts";
import { advanceRobustLevel, createRobustLevel, type RobustLevel } from "./robust-level.ts";

/** Whether a series is out of the ordinary right now; at most 4 KB. */
export interface AnomalyAlertState {
  /** Usual absolute value. */
  size: number;
  count: number;
  /** Residuals from the recent level, in the units of the series and on a log scale. */
  readonly level: RobustLevel;
  readonly logLevel: RobustLevel;
  readonly profile: HourlyProfile;
  /** How rare such distances are on this series. */
  readonly surprise: TailSurprise;
  /** An alert is open until some values in a row are calm. */
  open: boolean;
  calm: number;
  sinceAlert: number;
}

export interface AnomalyAlert {
  /** The first value of an episode. */
  readonly alert: boolean;
  /** Distance from what was expected, in standard deviations. */
  readonly sigmas: number;
}

export interface AnomalyAlertOptions {
  readonly thresholdSigmas: number;
  /** −ln p among the distances of this series before. */
  readonly thresholdNats: number;
}

export const anomalyAlertDefaults: AnomalyAlertOptions = { thresholdSigmas: 5, thresholdNats: 4 };

const levelHalfLife = 100;
const spreadMemory = 300;
const sizeMemory = 500;
/** A spread below this share of the usual value is not believed. */
const relativeFloor = 0.02;
const logFloor = 0.03;
/** Values below this share of the usual one are equal on the log scale. */
const logOffset = 0.4;
const capSigmas = 12;
const calmShare = 0.5;
const calmValues = 3;
const smallest = 1e-12;
/** 32-bit floats hold no larger values. */
const largest = 1e37;
/** Values before rarity is asked for. */
const surpriseWarmup = 50;

export function createAnomalyAlert(): AnomalyAlertState {
  return {
    size: 0,
    count: 0,
    level: createRobustLevel(),
    logLevel: createRobustLevel(),
    profile: createHourlyProfile(),
    surprise: createTailSurprise(),
    open: false,
    calm: 0,
    sinceAlert: calmValues,
  };
}

/**
 * Alerts on the onset of an anomaly: the mean of three distances, each capped at 12 sigma (from
 * the recent level, from the recent level on a log scale, and from the same hours of the last
 * seven days), reaches 5 sigma and is rare on this very series (p < e⁻⁴; some series jump all the
 * time). An episode ends after three values in a row below half of that; a new one begins no
 * sooner than three values after the last onset.
 *
 * Expected false alarms: 0.08 per stream-day on the development half of mscloud (bench `series`).
 * Changes `state` in place. O(1) but for one median of at most 21 values.
 */
export function advanceAnomalyAlert(
  state: AnomalyAlertState,
  timeUnixMs: number,
  raw: number,
  { thresholdSigmas, thresholdNats }: AnomalyAlertOptions = anomalyAlertDefaults,
): AnomalyAlert {
  const sigmas = sigmasOf(state, timeUnixMs, Math.min(Math.max(raw, -largest), largest));
  const isRare =
    state.surprise.count < surpriseWarmup ||
    surpriseOf(state.surprise, sigmas, surpriseWarmup) >= thresholdNats;
  observeSurprise(state.surprise, sigmas);
  state.sinceAlert += 1;
  if (sigmas >= thresholdSigmas && isRare) {
    const alert = !state.open && state.sinceAlert > calmValues;
    state.sinceAlert = alert ? 0 : state.sinceAlert;
    state.open = true;
    state.calm = 0;
    return { alert, sigmas };
  }
  state.calm = sigmas < calmShare * thresholdSigmas ? state.calm + 1 : 0;
  state.open = state.open && state.calm < calmValues;
  return { alert: false, sigmas };
}

function sigmasOf(state: AnomalyAlertState, timeUnixMs: number, value: number): number {
  state.count += 1;
  const limit = state.count > 30 ? 4 * state.size : Number.MAX_VALUE;
  const share = Math.max(1 / state.count, 1 / sizeMemory);
  state.size += share * (Math.min(Math.abs(value), limit) - state.size);
  const floor = relativeFloor * state.size + smallest;
  const level = advanceRobustLevel(state.level, value, { levelHalfLife, spreadMemory, floor });
  const logLevel = advanceRobustLevel(
    state.logLevel,
    Math.asinh(value / (logOffset * state.size + smallest)),
    { levelHalfLife, spreadMemory, floor: logFloor },
  );
  const hourly = advanceHourlyProfile(state.profile, timeUnixMs, value, floor) ?? level;
  return (capped(level) + capped(logLevel) + capped(hourly)) / 3;
}

function capped(sigmas: number): number {
  return Math.min(Math.abs(sigmas), capSigmas);
}
