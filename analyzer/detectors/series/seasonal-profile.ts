import { median } from "simple-statistics";

/**
 * What a quantity usually is at each hour of a weekday and of a weekend day: the medians of the
 * last days, per hour. At most 2 × 24 × 6 numbers.
 */
export interface SeasonalProfile {
  /** `weekday` or `weekend` and the hour, such as `d13` or `e02`: newest last. */
  readonly hours: Record<string, number[]>;
  /** Start of the hour being learnt, and its values so far. */
  hourUnixMs: number;
  values: number[];
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const hourNames = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, "0"));
const daysKept = 6;
const daysNeeded = 3;
const valuesPerHour = 60;
/** An hour nobody was seen in borrows from its neighbours up to this far. */
const borrowHours = 3;

export function createSeasonalProfile(): SeasonalProfile {
  return { hours: {}, hourUnixMs: 0, values: [] };
}

/** Adds one value; an hour counts once it is over. Changes the profile in place. */
export function learn(profile: SeasonalProfile, timeUnixMs: number, value: number): void {
  const hourUnixMs = timeUnixMs - (timeUnixMs % hourMs);
  if (hourUnixMs !== profile.hourUnixMs) {
    closeHour(profile);
    profile.hourUnixMs = hourUnixMs;
  }
  if (profile.values.length < valuesPerHour) {
    profile.values.push(value);
  }
}

/**
 * The expected value at a time, interpolated between the middles of hours; `null` while no day
 * has been seen. With fewer than three days of the same kind it is the highest value ever seen
 * at that hour, so that a first weekend or a first Monday is not taken for a rise.
 */
export function expected(profile: SeasonalProfile, timeUnixMs: number): number | null {
  const shifted = timeUnixMs - hourMs / 2;
  const weight = (shifted % hourMs) / hourMs;
  const before = nearestHour(profile, shifted - (shifted % hourMs));
  const after = nearestHour(profile, shifted - (shifted % hourMs) + hourMs);
  if (before === null || after === null) {
    return before ?? after;
  }
  return before * (1 - weight) + after * weight;
}

function closeHour(profile: SeasonalProfile): void {
  if (profile.values.length > 0) {
    const slot = slotOf(profile.hourUnixMs);
    const days = profile.hours[slot] ?? [];
    // Six digits keep the checkpoint small and are far below any noise.
    days.push(Math.round(median(profile.values) * 1e6) / 1e6);
    profile.hours[slot] = days.slice(-daysKept);
  }
  profile.values = [];
}

function nearestHour(profile: SeasonalProfile, hourUnixMs: number): number | null {
  for (let distance = 0; distance <= borrowHours; distance++) {
    const values = [hourUnixMs - distance * hourMs, hourUnixMs + distance * hourMs]
      .map((time) => hourValue(profile, time))
      .filter((value) => value !== null);
    if (values.length > 0) {
      return Math.max(...values);
    }
  }
  return null;
}

function hourValue({ hours }: SeasonalProfile, hourUnixMs: number): number | null {
  const own = hours[slotOf(hourUnixMs)] ?? [];
  if (own.length >= daysNeeded) {
    return median(own);
  }
  const hour = slotOf(hourUnixMs).slice(1);
  const all = [...(hours[`d${hour}`] ?? []), ...(hours[`e${hour}`] ?? [])];
  return all.length === 0 ? null : Math.max(...all);
}

function slotOf(unixMs: number): string {
  // The first of January 1970 was a Thursday.
  const weekday = (Math.floor(unixMs / dayMs) + 4) % 7;
  const kind = weekday === 0 || weekday === 6 ? "e" : "d";
  return kind + hourNames[Math.floor(unixMs / hourMs) % 24];
}
