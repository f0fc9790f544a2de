import type { Counts } from "../../detectors/series/category-drift.ts";

/** How often each category is usually seen, by kind of day and four hours of it. */
export interface MixReference {
  /** `d0` to `d5` for weekdays, `e0` to `e5` for weekends. */
  readonly slots: Record<string, Record<string, number>>;
  firstUnixMs: number;
  day: number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const warmupMs = 2 * dayMs;
const slotHours = 4;
/** Per day; half the weight is gone after a week. */
const decay = 0.5 ** (1 / 7);
const neededOfSlot = 200;
const neededInAll = 1000;
const maxCategories = 32;

export function createMixReference(): MixReference {
  return { slots: {}, firstUnixMs: 0, day: 0 };
}

/**
 * What a mix is compared with: the same hours of such days, and all hours. `null` before two days,
 * a thousand items, or 200 of those hours: a first weekend is not a drift.
 */
export function referenceMix(reference: MixReference, timeUnixMs: number): Counts[] | null {
  const same = reference.slots[slotOf(timeUnixMs)] ?? {};
  const all: Record<string, number> = {};
  for (const slot of Object.values(reference.slots)) {
    addTo(all, slot);
  }
  const isReady =
    timeUnixMs - reference.firstUnixMs >= warmupMs &&
    totalOf(same) >= neededOfSlot &&
    totalOf(all) >= neededInAll;
  return isReady ? [same, all] : null;
}

/** Takes in what belongs to no drift, in place. */
export function learnMix(reference: MixReference, timeUnixMs: number, counts: Counts): void {
  reference.firstUnixMs ||= timeUnixMs;
  const day = Math.floor(timeUnixMs / dayMs);
  if (reference.day !== 0 && day > reference.day) {
    forget(reference, day - reference.day);
  }
  reference.day = Math.max(day, reference.day);
  const key = slotOf(timeUnixMs);
  const slot = reference.slots[key] ?? {};
  addTo(slot, counts);
  reference.slots[key] = slot;
}

/** Makes a mix that lasted the usual one, at every hour. */
export function adoptMix(reference: MixReference, counts: Counts): void {
  const share = totalOf(counts);
  for (const [key, slot] of Object.entries(reference.slots)) {
    const total = totalOf(slot);
    const scaled = Object.entries(counts).map(([label, count]) => [label, (total * count) / share]);
    reference.slots[key] = Object.fromEntries(scaled) as Record<string, number>;
  }
}

function forget({ slots }: MixReference, days: number): void {
  const kept = decay ** days;
  for (const slot of Object.values(slots)) {
    for (const [label, count] of Object.entries(slot)) {
      // Six digits keep the checkpoint small.
      slot[label] = Math.round(count * kept * 1e6) / 1e6;
    }
  }
}

function addTo(sum: Record<string, number>, counts: Counts): void {
  for (const [label, count] of Object.entries(counts)) {
    const key = label in sum || Object.keys(sum).length < maxCategories ? label : "other";
    sum[key] = (sum[key] ?? 0) + count;
  }
}

function totalOf(counts: Counts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function slotOf(unixMs: number): string {
  // The first of January 1970 was a Thursday.
  const weekday = (Math.floor(unixMs / dayMs) + 4) % 7;
  const kind = weekday === 0 || weekday === 6 ? "e" : "d";
  return `${kind}${Math.floor((Math.floor(unixMs / hourMs) % 24) / slotHours)}`;
}
