import type { ValueSighting } from "../../series/series-window.ts";
import { sanitizeName } from "./excerpt.ts";
import type { SeriesAlarm } from "./series-metric.ts";

/** Values of one dimension, in the order in which they appeared. */
interface ValueSet {
  readonly dimension: string;
  readonly values: string[];
  /** Times of the values that came after the learning period, of the last week. */
  recentUnixMs: number[];
}

export interface NovelValueState {
  readonly sets: ValueSet[];
  /** Values beyond the cap, which are not followed. */
  unfollowed: number;
}

export interface NovelValue extends Omit<SeriesAlarm, "onset"> {
  /** Tool or sink for identity; empty for other dimensions. */
  readonly tool: string;
}

const hourMs = 3_600_000;
const learningMs = 24 * hourMs;
const weekMs = 7 * 24 * hourMs;
const maxValues = 256;
/** A dimension that keeps bringing new values is an open vocabulary: novelty says nothing. */
const maxNovelPerWeek = 5;

export const novelValueRule = {
  metric: "values",
  unit: "values",
  type: "novel_value",
  detector: "novel-value",
  ruleVersion: 1,
} as const;

export function createNovelValueState(): NovelValueState {
  return { sets: [], unfollowed: 0 };
}

/**
 * A tool, model or host that a service has never used before, after a learning day.
 *
 * Weak alone, to be read beside the change that came with it. Silent once a dimension has shown
 * five new values within a week, which is also the bound on its false alarms: 0.7 per day.
 * State: at most 256 values per dimension; later ones are counted, not followed.
 */
export function advanceNovelValue(
  state: NovelValueState,
  { dimension, value, timeUnixMs }: ValueSighting,
  streamFirstUnixMs: number,
): NovelValue | null {
  const set = setOf(state, dimension);
  if (set.values.includes(value)) {
    return null;
  }
  if (set.values.length >= maxValues) {
    state.unfollowed += 1;
    return null;
  }
  set.values.push(value);
  if (timeUnixMs - streamFirstUnixMs < learningMs) {
    return null;
  }
  const recent = set.recentUnixMs.filter((time) => timeUnixMs - time < weekMs);
  set.recentUnixMs = [...recent, timeUnixMs].slice(-maxNovelPerWeek);
  return recent.length >= maxNovelPerWeek ? null : describe(set, value, recent.length);
}

function setOf(state: NovelValueState, dimension: string): ValueSet {
  const known = state.sets.find((set) => set.dimension === dimension);
  if (known !== undefined) {
    return known;
  }
  const added = { dimension, values: [], recentUnixMs: [] };
  state.sets.push(added);
  return added;
}

function describe({ dimension, values }: ValueSet, value: string, recent: number): NovelValue {
  const name = sanitizeName(value);
  return {
    rule: `novel-${dimension}`,
    targetClass: `novel.${dimension}`,
    severity: dimension === "model" ? "informational" : "low",
    score: 0.5 ** recent,
    excerpt:
      `first use of ${dimension} ${name} after ${values.length - 1} known values; ` +
      `expected false alarms ${(recent / 7).toFixed(1)} per day`,
    tool: dimension === "model" ? "" : name,
  };
}
