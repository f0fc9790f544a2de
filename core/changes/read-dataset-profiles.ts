import type { ColumnProfile, DatasetProfile, DuplicateRow } from "../model/dataset-profile.ts";
import type { Store } from "../store/store.ts";

/** A profile of a data set, with the change that brought it. */
export interface StoredProfile extends DatasetProfile {
  readonly changeId: string;
  readonly dataset: string;
  readonly version: string;
  readonly timeUnixMs: number;
}

const profilesOfDataset = `
  SELECT ChangeId, Dataset, Version, toUnixTimestamp64Milli(Time) AS TimeMs, Rows,
    DuplicateHashes, DuplicateCounts, Column, Type, Count, Nulls, Distinct, Min, Max, Mean,
    QuantileLevels, Quantiles, TopValues, TopCounts
  FROM dataset_profiles FINAL
  WHERE Tenant = {tenant:String} AND Dataset = {dataset:String}
    AND ChangeId IN (
      SELECT ChangeId FROM dataset_profiles FINAL
      WHERE Tenant = {tenant:String} AND Dataset = {dataset:String}
        AND Time <= fromUnixTimestamp64Milli({until:Int64})
      GROUP BY ChangeId ORDER BY max(Time) DESC, ChangeId DESC LIMIT {limit:UInt32}
    )
  ORDER BY TimeMs DESC, ChangeId DESC, Ordinal`;

interface ProfileRow {
  readonly ChangeId: string;
  readonly Dataset: string;
  readonly Version: string;
  readonly TimeMs: number | string;
  readonly Rows: number | string;
  readonly DuplicateHashes: readonly string[];
  readonly DuplicateCounts: readonly (number | string)[];
  readonly Column: string;
  readonly Type: ColumnProfile["type"];
  readonly Count: number | string;
  readonly Nulls: number | string;
  readonly Distinct: number | string | null;
  readonly Min: string;
  readonly Max: string;
  readonly Mean: number | null;
  readonly QuantileLevels: readonly number[];
  readonly Quantiles: readonly number[];
  readonly TopValues: readonly string[];
  readonly TopCounts: readonly (number | string)[];
}

/** The newest profiles of a data set up to a time, newest first. */
export async function readDatasetProfiles(
  store: Store,
  query: {
    readonly tenant: string;
    /** Name of the `dataset` changes, or the id of a change without a name. */
    readonly dataset: string;
    readonly untilUnixMs: number;
    readonly limit: number;
  },
): Promise<StoredProfile[]> {
  const { tenant, dataset, untilUnixMs, limit } = query;
  const params = { tenant, dataset, until: Math.trunc(untilUnixMs), limit };
  const rows = await store.query<ProfileRow>(profilesOfDataset, params);
  return [...Map.groupBy(rows, ({ ChangeId }) => ChangeId).values()].flatMap(toProfile);
}

function toProfile(rows: readonly ProfileRow[]): StoredProfile[] {
  const [first] = rows;
  if (first === undefined) {
    return [];
  }
  return [
    {
      changeId: first.ChangeId,
      dataset: first.Dataset,
      version: first.Version,
      timeUnixMs: Number(first.TimeMs),
      rows: Number(first.Rows),
      columns: rows.filter(({ Column }) => Column !== "").map(toColumn),
      duplicates: first.DuplicateHashes.map(
        (hash, i): DuplicateRow => ({ hash, count: Number(first.DuplicateCounts[i]) }),
      ),
    },
  ];
}

function toColumn(row: ProfileRow): ColumnProfile {
  return {
    name: row.Column,
    type: row.Type,
    count: Number(row.Count),
    nulls: Number(row.Nulls),
    distinct: row.Distinct === null ? null : Number(row.Distinct),
    min: scalar(row.Min),
    max: scalar(row.Max),
    mean: row.Mean,
    quantiles: row.QuantileLevels.map((q, i) => ({ q, value: row.Quantiles[i] ?? Number.NaN })),
    topValues: row.TopValues.map((value, i) => ({ value, count: Number(row.TopCounts[i]) })),
  };
}

function scalar(json: string): number | string | null {
  return json === "" ? null : (JSON.parse(json) as number | string);
}
