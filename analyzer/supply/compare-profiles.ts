import type { ColumnProfile, DatasetProfile } from "../../core/model/dataset-profile.ts";
import { jensenShannon } from "../detectors/series/category-drift.ts";
import { sanitizeName } from "../detectors/series/excerpt.ts";

/** What is different in a new version of a data set. */
export interface ProfileShift {
  readonly rule:
    | "column-removed"
    | "column-added"
    | "column-type"
    | "null-share"
    | "distribution"
    | "category-mix"
    | "dominant-value"
    | "duplicate-rows";
  /** Sanitized name of the column; empty for whole rows. */
  readonly column: string;
  /** Poisoning: somebody put it there. Drift: it moved. */
  readonly kind: "poisoning" | "drift";
  readonly strength: "weak" | "strong";
  /** 0 to 1. */
  readonly size: number;
  /** From a closed template: numbers and sanitized names only. */
  readonly excerpt: string;
}

const fewestRows = 100;
const minNullChange = 0.1;
const minDistance = 0.1;
const minShareChange = 0.05;
/** Quantiles that moved by this many interquartile ranges. */
const minQuantileMove = 0.5;
/** A value that nobody had, or hardly anyone, and that now stands in so many rows. */
const dominantShare = 0.05;
const rareShare = 0.005;
/** Columns with few values are labels; the others are texts and ids. */
const mostLabels = 50;
const minDuplicateShare = 0.02;
const z99 = 2.576;

/**
 * Compares a data set with its last good version: schema, missing values, quantiles, the mix of
 * labels, values that were rare and now dominate, repeated rows.
 *
 * Sizes come before significance: a share must move by 5 points (missing values: 10), quantiles
 * by half an interquartile range, the Jensen–Shannon distance of labels must be 0.1, and each move
 * must be beyond its 99 % interval for that many rows. Below 100 rows only the schema counts.
 */
export function compareProfiles(before: DatasetProfile, after: DatasetProfile): ProfileShift[] {
  const known = new Map(before.columns.map((column) => [column.name, column]));
  const present = new Set(after.columns.map(({ name }) => name));
  const shifts: ProfileShift[] = before.columns
    .filter(({ name }) => !present.has(name))
    .map(({ name }) => schemaShift("column-removed", name, "is gone", "strong"));
  const isJudged = Math.min(before.rows, after.rows) >= fewestRows;
  for (const column of after.columns) {
    const old = known.get(column.name);
    if (old === undefined) {
      shifts.push(schemaShift("column-added", column.name, "is new", "weak"));
    } else if (old.type !== column.type) {
      const change = `was ${old.type}, is ${column.type}`;
      shifts.push(schemaShift("column-type", column.name, change, "strong"));
    } else if (isJudged) {
      shifts.push(...columnShifts(old, column));
    }
  }
  return isJudged ? [...shifts, ...duplicateShift(before, after)] : shifts;
}

function schemaShift(
  rule: ProfileShift["rule"],
  name: string,
  change: string,
  strength: ProfileShift["strength"],
): ProfileShift {
  const column = sanitizeName(name);
  return { rule, column, kind: "drift", strength, size: 1, excerpt: `column ${column} ${change}` };
}

function columnShifts(before: ColumnProfile, after: ColumnProfile): ProfileShift[] {
  return [
    ...nullShift(before, after),
    ...quantileShift(before, after),
    ...valueShift(before, after),
  ];
}

function nullShift(before: ColumnProfile, after: ColumnProfile): ProfileShift[] {
  const [old, now] = [share(before.nulls, before.count), share(after.nulls, after.count)];
  const size = Math.abs(now - old);
  return size < minNullChange || size <= marginOf(old, now, before.count, after.count)
    ? []
    : [driftOf("null-share", after.name, size, `missing in ${percent(old)}, now ${percent(now)}`)];
}

function quantileShift(before: ColumnProfile, after: ColumnProfile): ProfileShift[] {
  const old = new Map(before.quantiles.map(({ q, value }) => [q, value]));
  const spread = (old.get(0.75) ?? Number.NaN) - (old.get(0.25) ?? Number.NaN);
  const moves = after.quantiles
    .filter(({ q }) => q >= 0.25 && q <= 0.75)
    .map(({ q, value }) => ({ q, from: old.get(q) ?? Number.NaN, to: value }))
    .filter(({ from, to }) => Math.abs(to - from) >= minQuantileMove * spread && from !== to);
  const [first] = moves.toSorted((a, b) => Math.abs(b.to - b.from) - Math.abs(a.to - a.from));
  if (first === undefined) {
    return [];
  }
  const moved = spread > 0 ? Math.abs(first.to - first.from) / spread : 1;
  const numbers = `${first.from.toPrecision(3)} to ${first.to.toPrecision(3)}`;
  const excerpt = `quantile ${first.q} moved from ${numbers}, ${moved.toFixed(1)} interquartile ranges`;
  return [driftOf("distribution", after.name, Math.min(1, moved / 2), excerpt)];
}

function valueShift(before: ColumnProfile, after: ColumnProfile): ProfileShift[] {
  const old = new Map(
    before.topValues.map(({ value, count }) => [value, share(count, before.count)]),
  );
  const now = new Map(
    after.topValues.map(({ value, count }) => [value, share(count, after.count)]),
  );
  // What is not among the top values of before was at most as frequent as the last of them.
  const isCut = before.distinct === null || before.distinct > before.topValues.length;
  const unseen = isCut ? Math.min(1, ...old.values()) : 0;
  const [risen] = [...now]
    .map(([value, to]) => ({ from: old.get(value) ?? unseen, to }))
    .filter(({ from, to }) => from <= rareShare && to >= dominantShare)
    .toSorted((a, b) => b.to - a.to);
  const column = sanitizeName(after.name);
  if (risen !== undefined && old.size > 0) {
    return [
      {
        rule: "dominant-value",
        column,
        kind: "poisoning",
        strength: "strong",
        size: risen.to,
        excerpt:
          `column ${column}: a value that stood in at most ${percent(risen.from)} of the rows ` +
          `stands in ${percent(risen.to)} of them`,
      },
    ];
  }
  return isCut || (after.distinct ?? Infinity) > mostLabels ? [] : mixShift(column, before, after);
}

function mixShift(column: string, before: ColumnProfile, after: ColumnProfile): ProfileShift[] {
  const names = [...new Set([...before.topValues, ...after.topValues].map(({ value }) => value))];
  const [old, now] = [before, after].map(({ topValues, count }) => {
    const counts = new Map(topValues.map((each) => [each.value, each.count]));
    return names.map((name) => share(counts.get(name) ?? 0, count));
  });
  const distance = jensenShannon(old ?? [], now ?? []);
  const moves = names.map((_, index) => [old?.[index] ?? 0, now?.[index] ?? 0] as const);
  const [from, to] = moves.reduce(
    (most, move) => (Math.abs(move[1] - move[0]) > Math.abs(most[1] - most[0]) ? move : most),
    [0, 0] as const,
  );
  const size = Math.abs(to - from);
  const margin = marginOf(from, to, before.count, after.count);
  return distance < minDistance || size < minShareChange || size <= margin
    ? []
    : [
        driftOf(
          "category-mix",
          column,
          distance,
          `a value had ${percent(from)} of the rows and has ${percent(to)} (99 % interval ` +
            `±${percent(margin)}), Jensen-Shannon distance ${distance.toFixed(2)}`,
        ),
      ];
}

function duplicateShift(before: DatasetProfile, after: DatasetProfile): ProfileShift[] {
  const [old, now] = [repeatedShare(before), repeatedShare(after)];
  const size = now - old;
  if (size < minDuplicateShare || size <= marginOf(old, now, before.rows, after.rows)) {
    return [];
  }
  const most = after.duplicates.reduce((max, { count }) => Math.max(max, count), 0);
  return [
    {
      rule: "duplicate-rows",
      column: "",
      kind: "poisoning",
      strength: "strong",
      size: Math.min(1, size),
      excerpt:
        `repeated rows were ${percent(old)} and are ${percent(now)} of all; ` +
        `one of them occurs ${most} times`,
    },
  ];
}

function driftOf(
  rule: ProfileShift["rule"],
  name: string,
  size: number,
  change: string,
): ProfileShift {
  const column = sanitizeName(name);
  const excerpt = `column ${column}: ${change}`;
  return { rule, column, kind: "drift", strength: "strong", size, excerpt };
}

function repeatedShare({ rows, duplicates }: DatasetProfile): number {
  const repeated = duplicates.reduce((sum, { count }) => sum + Math.max(0, count - 1), 0);
  return share(repeated, rows);
}

/** Half width of the 99 % interval of a difference of two shares. */
function marginOf(p: number, q: number, n: number, m: number): number {
  return z99 * Math.sqrt((p * (1 - p)) / Math.max(1, n) + (q * (1 - q)) / Math.max(1, m));
}

function share(part: number, whole: number): number {
  return whole > 0 ? Math.min(1, part / whole) : 0;
}

function percent(ratio: number): string {
  return `${(100 * ratio).toFixed(1)} %`;
}
