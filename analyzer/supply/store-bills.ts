import { deploymentStart } from "../../core/changes/carried-commits.ts";
import { readChangesById } from "../../core/changes/read-changes.ts";
import type { Bill, BillComponent } from "../../core/model/bill.ts";
import type { Change } from "../../core/model/change.ts";
import type { Store } from "../../core/store/store.ts";
import { dependencyChanges } from "./dependency-changes.ts";
import { diffBills } from "./diff-bills.ts";
import { summaryOf } from "./part-details.ts";

export interface CarriedBill {
  readonly change: Change;
  readonly bill: Bill;
}

export interface BillBatch {
  readonly id: string;
  readonly revision: number;
  /** What is new in the batch and not stored yet. */
  readonly news: readonly Change[];
}

/**
 * Stores bills of materials and compares each with the one before it in event time, of the same
 * service and environment. The first bill of a service is the baseline and changes nothing.
 *
 * A bill that arrives after a newer one is compared with its own predecessor; the newer one's
 * changes stay as they were.
 *
 * @returns the dependency changes that follow.
 */
export async function storeBills(
  stores: { readonly reads: Store; readonly writes: Store },
  batch: BillBatch,
  carried: readonly CarriedBill[],
): Promise<Change[]> {
  const placed = await Promise.all(carried.map((each) => place(stores.reads, batch, each)));
  const kept = placed.filter(({ carrier }) => !isUndone(carrier));
  const changes: Change[] = [];
  for (const each of kept) {
    const before = await readPrevious(stores.reads, each, kept);
    if (before !== null && each.carrier.service !== "") {
      changes.push(...dependencyChanges(each.carrier, diffBills(before, each.bill.components)));
    }
  }
  if (kept.length > 0) {
    const rows = kept.map((each) => billRow(each, batch));
    await stores.writes.insert("bills", rows, { token: batch.id });
  }
  return changes;
}

/** A bill with the change that put it into effect. */
interface PlacedBill {
  readonly changeId: string;
  readonly carrier: Change;
  readonly bill: Bill;
}

/** A bill that came on its own belongs to the deployment it names, if that is known. */
async function place(
  store: Store,
  { news }: BillBatch,
  { change, bill }: CarriedBill,
): Promise<PlacedBill> {
  const { changeId, details, tenant, kind } = change;
  const named = details["deployment"];
  if (kind !== "artifact" || typeof named !== "string") {
    return { changeId, carrier: change, bill };
  }
  const known = [
    ...news.filter((each) => each.changeId === named && each.tenant === tenant),
    ...(await readChangesById(store, tenant, [named])),
  ].find((each) => each.kind === "deployment");
  return { changeId, carrier: known ?? change, bill };
}

/** What never ran, or no longer does, is no baseline. */
function isUndone({ status }: Change): boolean {
  return status === "failed" || status === "rolled_back";
}

const previousBill = `
  SELECT toUnixTimestamp64Milli(Time) AS TimeMs, ChangeId,
    Components.Purl AS Purls, Components.Version AS Versions, Components.License AS Licenses,
    Components.Maintainer AS Maintainers, Components.InstallScript AS InstallScripts,
    Components.Direct AS Directs
  FROM bills FINAL
  WHERE Tenant = {tenant:String} AND Service = {service:String}
    AND Environment = {environment:String} AND ChangeId != {id:String}
    AND (DeploymentId = '' OR DeploymentId != {deployment:String})
    AND (toUnixTimestamp64Milli(Time), ChangeId) < ({time:Int64}, {id:String})
    AND if(DeploymentId = '', ChangeId, DeploymentId) NOT IN (
      SELECT ChangeId FROM changes FINAL
      WHERE Tenant = {tenant:String} AND Service = {service:String} AND Kind = 'deployment'
        AND Status IN ('failed', 'rolled_back')
    )
  ORDER BY Time DESC, ChangeId DESC
  LIMIT 1`;

interface BillColumns {
  readonly TimeMs: number | string;
  readonly ChangeId: string;
  readonly Purls: readonly string[];
  readonly Versions: readonly string[];
  readonly Licenses: readonly string[];
  readonly Maintainers: readonly string[];
  readonly InstallScripts: readonly number[];
  readonly Directs: readonly (number | null)[];
}

/** Components of the bill before this one: stored, or of the same batch; `null` for none. */
async function readPrevious(
  store: Store,
  { changeId, carrier }: PlacedBill,
  batch: readonly PlacedBill[],
): Promise<readonly BillComponent[] | null> {
  const { tenant, service, environment } = carrier;
  const time = deploymentStart(carrier);
  const deployment = carrier.kind === "deployment" ? carrier.changeId : "";
  const query = { tenant, service, environment, id: changeId, deployment, time: Math.trunc(time) };
  const [row] = await store.query<BillColumns>(previousBill, query);
  const stored = row && {
    time: Number(row.TimeMs),
    id: row.ChangeId,
    components: () => toComponents(row),
  };
  const beside = batch
    .filter(
      (other) =>
        other.carrier.changeId !== carrier.changeId &&
        other.carrier.tenant === tenant &&
        other.carrier.service === service &&
        other.carrier.environment === environment,
    )
    .map((other) => ({
      time: deploymentStart(other.carrier),
      id: other.changeId,
      components: () => other.bill.components,
    }));
  const [newest] = [...(stored === undefined ? [] : [stored]), ...beside]
    .filter((other) => other.time < time || (other.time === time && other.id < changeId))
    .toSorted((a, b) => b.time - a.time || (a.id < b.id ? 1 : -1));
  return newest?.components() ?? null;
}

function toComponents(row: BillColumns): BillComponent[] {
  return row.Purls.map((purl, i) => {
    const direct = row.Directs[i] ?? null;
    return {
      purl,
      version: row.Versions[i] ?? "",
      license: row.Licenses[i] ?? "",
      maintainer: row.Maintainers[i] ?? "",
      installScript: row.InstallScripts[i] === 1,
      direct: direct === null ? null : direct === 1,
    };
  });
}

function billRow({ changeId, carrier, bill }: PlacedBill, batch: BillBatch): object {
  const { components, format, specVersion } = bill;
  return {
    Tenant: carrier.tenant,
    Service: carrier.service,
    Environment: carrier.environment,
    ChangeId: changeId,
    DeploymentId: carrier.kind === "deployment" ? carrier.changeId : "",
    Time: Math.trunc(deploymentStart(carrier)),
    Version: carrier.version,
    Format: format,
    SpecVersion: specVersion,
    Digest: summaryOf(bill).digest,
    "Components.Purl": components.map(({ purl }) => purl),
    "Components.Version": components.map(({ version }) => version),
    "Components.License": components.map(({ license }) => license),
    "Components.Maintainer": components.map(({ maintainer }) => maintainer),
    "Components.InstallScript": components.map(({ installScript }) => Number(installScript)),
    "Components.Direct": components.map(({ direct }) => (direct === null ? null : Number(direct))),
    BatchId: batch.id,
    Revision: batch.revision,
  };
}
