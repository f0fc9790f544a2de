export const hourMs = 3_600_000;
const weekMs = 168 * hourMs;

export interface HourPair {
  readonly beforeUnixMs: number;
  readonly afterUnixMs: number;
}

export interface PairingPlan {
  /** First moment at which the fix was everywhere; the hour it falls in is not used. */
  readonly afterFromUnixMs: number;
  /** End of the hours that are settled. */
  readonly afterToUnixMs: number;
  /** Begin of the roll-out: hours up to it are "before". */
  readonly beforeToUnixMs: number;
  /** First detection: the hour it falls in and all earlier ones are no baseline. */
  readonly onsetUnixMs: number;
  readonly weeks: number;
}

/**
 * Pairs each hour after a deployment with the same weekday and hour before it: the first week
 * after with the last week before, the second with the one before that, and so on. No hour is used twice,
 * which the e-process relies on. An hour whose partner lies before the onset has none.
 */
export function pairHours(plan: PairingPlan): HourPair[] {
  const first = Math.ceil(plan.afterFromUnixMs / hourMs) * hourMs;
  const pairs: HourPair[] = [];
  for (let hour = first; hour + hourMs <= plan.afterToUnixMs; hour += hourMs) {
    const week = Math.floor((hour - first) / weekMs);
    if (week >= plan.weeks) {
      break;
    }
    const before = partner(hour, baselineEnd(plan) - week * weekMs);
    if (before >= baselineStart(plan)) {
      pairs.push({ beforeUnixMs: before, afterUnixMs: hour });
    }
  }
  return pairs;
}

/** Begin of the hours that may be baseline: after the onset, at most `weeks` back. */
export function baselineStart(plan: PairingPlan): number {
  const afterOnset = (Math.floor(plan.onsetUnixMs / hourMs) + 1) * hourMs;
  return Math.max(afterOnset, baselineEnd(plan) - plan.weeks * weekMs);
}

export function baselineEnd({ beforeToUnixMs }: PairingPlan): number {
  return Math.floor(beforeToUnixMs / hourMs) * hourMs;
}

/** The hour of the week that ends at `end` with the same weekday and hour. */
function partner(hour: number, end: number): number {
  const start = end - weekMs;
  return start + ((((hour - start) % weekMs) + weekMs) % weekMs);
}
