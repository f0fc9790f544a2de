import { median } from "simple-statistics";

/**
 * What a series usually is at each hour of the day: the medians of that hour on the last seven
 * days, and how much it scatters around them. 1 KB.
 */
export interface HourlyProfile {
  /** Medians of past hours, seven places per hour of the day, NaN where there is none. */
  readonly medians: Float32Array;
  /** Mean absolute residual at each hour of the day, NaN where there is none. */
  readonly hourSpreads: Float32Array;
  /** Mean absolute residual, and the number of residuals. */
  spread: number;
  residuals: number;
  /** Number of the hour being learnt, its values so far, thinned out to at most 60. */
  hour: number;
  readonly values: Float32Array;
  kept: number;
  stride: number;
  seen: number;
}

const hourMs = 3_600_000;
const hoursPerDay = 24;
const daysKept = 7;
const daysNeeded = 2;
const valuesKept = 60;
const warmupValues = 20;
const sigmaPerDeviation = 1.2533;
const clipSigmas = 4;
const spreadMemory = 500;
const hourMemory = 60;

export function createHourlyProfile(): HourlyProfile {
  return {
    medians: new Float32Array(hoursPerDay * daysKept).fill(Number.NaN),
    hourSpreads: new Float32Array(hoursPerDay).fill(Number.NaN),
    spread: 0,
    residuals: 0,
    hour: Number.NaN,
    values: new Float32Array(valuesKept),
    kept: 0,
    stride: 1,
    seen: 0,
  };
}

/**
 * z = (value − median of this and the neighboring hours on the last seven days) / sigma, in
 * standard deviations, and takes the value in; `null` before two days. sigma is the mean of the
 * spread at this hour and at all hours. Values beyond ±1e37 are not represented.
 *
 * @param floor smallest standard deviation that is believed.
 */
export function advanceHourlyProfile(
  profile: HourlyProfile,
  timeUnixMs: number,
  value: number,
  floor: number,
): number | null {
  const hour = Math.floor(timeUnixMs / hourMs);
  if (hour !== profile.hour) {
    closeHour(profile);
    profile.hour = hour;
  }
  addValue(profile, value);
  const same = pastOf(profile, hour);
  if (same.length < daysNeeded) {
    return null;
  }
  const past = [...same, ...pastOf(profile, hour - 1), ...pastOf(profile, hour + 1)];
  return scaled(profile, hourOfDay(hour), value - median(past), floor);
}

function scaled(
  profile: HourlyProfile,
  ofDay: number,
  residual: number,
  floor: number,
): number | null {
  profile.residuals += 1;
  const known = profile.hourSpreads[ofDay] ?? Number.NaN;
  const atHour = Number.isNaN(known) ? profile.spread : known;
  const z = residual / Math.max((sigmaPerDeviation * (atHour + profile.spread)) / 2, floor);
  const sigma = Math.max(sigmaPerDeviation * profile.spread, floor);
  const limit = profile.residuals > warmupValues ? clipSigmas * sigma : Number.MAX_VALUE;
  const size = Math.min(Math.abs(residual), limit);
  const share = 1 / profile.residuals;
  profile.spread += Math.max(share, 1 / spreadMemory) * (size - profile.spread);
  profile.hourSpreads[ofDay] = atHour + Math.max(share, 1 / hourMemory) * (size - atHour);
  return profile.residuals > warmupValues ? z : null;
}

/** Medians of the same hour of the day, newest first. */
function pastOf({ medians }: HourlyProfile, hour: number): number[] {
  const first = hourOfDay(hour) * daysKept;
  return [...medians.subarray(first, first + daysKept)].filter((value) => !Number.isNaN(value));
}

function hourOfDay(hour: number): number {
  return ((hour % hoursPerDay) + hoursPerDay) % hoursPerDay;
}

function addValue(profile: HourlyProfile, value: number): void {
  if (profile.kept === valuesKept && profile.seen % profile.stride === 0) {
    for (let place = 0; place < valuesKept / 2; place++) {
      profile.values[place] = profile.values[2 * place] ?? 0;
    }
    profile.kept = valuesKept / 2;
    profile.stride *= 2;
  }
  if (profile.seen % profile.stride === 0) {
    profile.values[profile.kept] = value;
    profile.kept += 1;
  }
  profile.seen += 1;
}

function closeHour(profile: HourlyProfile): void {
  if (profile.kept > 0) {
    const first = hourOfDay(profile.hour) * daysKept;
    profile.medians.copyWithin(first + 1, first, first + daysKept - 1);
    profile.medians[first] = median([...profile.values.subarray(0, profile.kept)]);
  }
  profile.kept = 0;
  profile.stride = 1;
  profile.seen = 0;
}
