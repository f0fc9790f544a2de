/** A value of a column and how often it occurs. */
export interface TopValue {
  readonly value: string;
  readonly count: number;
}

export interface Quantile {
  /** 0 to 1. */
  readonly q: number;
  readonly value: number;
}

export const columnTypes = [
  "string",
  "integer",
  "number",
  "boolean",
  "timestamp",
  "embedding",
  "other",
] as const;

/** What one column of a data set looks like; `null` and empty lists stand for "not said". */
export interface ColumnProfile {
  readonly name: string;
  readonly type: (typeof columnTypes)[number];
  readonly count: number;
  readonly nulls: number;
  readonly distinct: number | null;
  readonly min: number | string | null;
  readonly max: number | string | null;
  readonly mean: number | null;
  /** Rising in `q` and in `value`. */
  readonly quantiles: readonly Quantile[];
  /** Falling in count. */
  readonly topValues: readonly TopValue[];
}

/** A row that occurs more than once, by a hash of its content. */
export interface DuplicateRow {
  readonly hash: string;
  readonly count: number;
}

/** `details.profile` of a `dataset` change on its way to the analyzer. */
export interface DatasetProfile {
  readonly rows: number;
  readonly columns: readonly ColumnProfile[];
  readonly duplicates: readonly DuplicateRow[];
}
