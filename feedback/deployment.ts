import type { Store } from "../core/store/store.ts";

/** A deployment that may carry a merge. */
export interface StoredDeployment {
  readonly changeId: string;
  readonly revision: string;
  readonly startedUnixMs: number;
  readonly completedUnixMs: number;
}

export interface DeploymentQuery {
  readonly tenant: string;
  readonly service: string;
  readonly environment: string;
  readonly fromUnixMs: number;
}

interface Row {
  readonly changeId: string;
  readonly revision: string;
  readonly started: string;
  readonly completed: string;
}

// A plain deployment event without a status says that it has happened.
const deployments = `
  SELECT ChangeId AS changeId, CommitRevision AS revision,
    toString(toUnixTimestamp64Milli(ifNull(StartedAt, Time))) AS started,
    toString(toUnixTimestamp64Milli(ifNull(CompletedAt, Time))) AS completed
  FROM changes FINAL
  WHERE Tenant = {tenant:String} AND Kind = 'deployment' AND Status IN ('succeeded', '')
    AND Service = {service:String}
    AND ({environment:String} = '' OR Environment = {environment:String})
    AND CommitRevision != '' AND Time >= fromUnixTimestamp64Milli({from:Int64})
  ORDER BY Time DESC, ChangeId
  LIMIT 200`;

/**
 * The earliest successful deployment of a service whose revision contains a merge. A revision
 * that the repository does not know contains nothing.
 */
export async function findDeployment(
  store: Store,
  query: DeploymentQuery,
  contains: (revision: string) => Promise<boolean>,
): Promise<StoredDeployment | undefined> {
  const { tenant, service, environment, fromUnixMs } = query;
  const params = { tenant, service, environment, from: fromUnixMs };
  const rows = await store.query<Row>(deployments, params);
  const known = new Map<string, boolean>();
  for (const row of rows.toReversed()) {
    const isContained = known.get(row.revision) ?? (await contains(row.revision));
    known.set(row.revision, isContained);
    if (isContained) {
      return {
        changeId: row.changeId,
        revision: row.revision,
        startedUnixMs: Number(row.started),
        completedUnixMs: Number(row.completed),
      };
    }
  }
  return undefined;
}
