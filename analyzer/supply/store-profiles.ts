import { deploymentStart } from "../../core/changes/carried-commits.ts";
import type { Change } from "../../core/model/change.ts";
import type { ColumnProfile, DatasetProfile } from "../../core/model/dataset-profile.ts";
import type { Store } from "../../core/store/store.ts";

export interface CarriedProfile {
  readonly change: Change;
  readonly profile: DatasetProfile;
}

/** Stores the column profiles that came with `dataset` changes; safe to repeat. */
export async function storeProfiles(
  store: Store,
  batch: { readonly id: string; readonly revision: number },
  carried: readonly CarriedProfile[],
): Promise<void> {
  const rows = carried.flatMap((each) => profileRows(each, batch.revision));
  if (rows.length > 0) {
    await store.insert("dataset_profiles", rows, { token: batch.id });
  }
}

const noColumn: ColumnProfile = {
  name: "",
  type: "other",
  count: 0,
  nulls: 0,
  distinct: null,
  min: null,
  max: null,
  mean: null,
  quantiles: [],
  topValues: [],
};

function profileRows({ change, profile }: CarriedProfile, revision: number): object[] {
  const { rows, duplicates } = profile;
  const columns = profile.columns.length > 0 ? profile.columns : [noColumn];
  return columns.map((column, ordinal) => ({
    Tenant: change.tenant,
    Dataset: change.name || change.changeId,
    ChangeId: change.changeId,
    Service: change.service,
    Environment: change.environment,
    Time: Math.trunc(deploymentStart(change)),
    Version: change.version,
    Rows: rows,
    DuplicateHashes: duplicates.map(({ hash }) => hash),
    DuplicateCounts: duplicates.map(({ count }) => count),
    Column: column.name,
    Ordinal: ordinal,
    Type: column.type,
    Count: column.count,
    Nulls: column.nulls,
    Distinct: column.distinct,
    Min: column.min === null ? "" : JSON.stringify(column.min),
    Max: column.max === null ? "" : JSON.stringify(column.max),
    Mean: column.mean,
    QuantileLevels: column.quantiles.map(({ q }) => q),
    Quantiles: column.quantiles.map(({ value }) => value),
    TopValues: column.topValues.map(({ value }) => value),
    TopCounts: column.topValues.map(({ count }) => count),
    Revision: revision,
  }));
}
