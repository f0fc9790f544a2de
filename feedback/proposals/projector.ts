import type { Commands } from "../../core/commands/commands.ts";
import type { Logger } from "../../core/log.ts";
import type { Store } from "../../core/store/store.ts";
import type { FindingStatusRecord } from "./finding-status.ts";
import type { Ledger, LedgerChanges } from "./ledger.ts";
import type { ProposalRecord } from "./proposal-state.ts";

/** Keeps the tables `proposals` and `finding_status` equal to the log of commands. */
export interface Projector {
  /** Projects everything appended so far. */
  run(): Promise<void>;
  /** Resolves once the event at `position` is in the tables: a reader then sees its own write. */
  projected(position: number): Promise<void>;
  /** Follows the log until the returned function is called. */
  follow(): () => void;
}

export interface ProjectorDependencies {
  readonly commands: Commands;
  readonly ledger: Ledger;
  readonly writes: Store;
  readonly logger: Logger;
}

/**
 * `Revision` of a row is the position of its newest event, and each table is written in that
 * order, so its greatest revision is the point to resume from.
 */
export function createProjector(dependencies: ProjectorDependencies): Projector {
  const { commands, ledger, logger } = dependencies;
  let projectedPosition = -1;
  let waiters: { readonly position: number; readonly resolve: () => void }[] = [];
  let running: Promise<void> = Promise.resolve();
  // Entities folded but not yet written, because an insert failed.
  let pending: LedgerChanges | undefined;

  async function runOnce(): Promise<void> {
    const changes = await ledger.catchUp();
    const first = projectedPosition < 0;
    pending = merged(pending, first ? await missing(dependencies) : changes);
    await write(dependencies.writes, pending);
    pending = undefined;
    projectedPosition = ledger.position();
    const ready = waiters.filter(({ position }) => position <= projectedPosition);
    waiters = waiters.filter(({ position }) => position > projectedPosition);
    for (const { resolve } of ready) {
      resolve();
    }
  }

  function run(): Promise<void> {
    running = running.then(runOnce, runOnce);
    return running;
  }

  return {
    run,
    async projected(position) {
      if (position <= projectedPosition) {
        return;
      }
      const seen = new Promise<void>((resolve) => waiters.push({ position, resolve }));
      await run();
      await seen;
    },
    follow: () =>
      commands.subscribe(() => {
        run().catch((error: unknown) => logger.error({ err: error }, "Projection failed"));
      }),
  };
}

/** Everything in the ledger that is newer than its table. */
async function missing({ ledger, writes }: ProjectorDependencies): Promise<LedgerChanges> {
  const proposals = await newestRevision(writes, "proposals");
  const statuses = await newestRevision(writes, "finding_status");
  return {
    proposals: ledger.proposals().filter((record) => record.position > proposals),
    findingStatuses: ledger.findingStatuses().filter((record) => record.position > statuses),
  };
}

const newestRevisionOf = {
  proposals: "SELECT toString(max(Revision)) AS revision FROM proposals",
  finding_status: "SELECT toString(max(Revision)) AS revision FROM finding_status",
} as const;

async function newestRevision(store: Store, table: keyof typeof newestRevisionOf): Promise<number> {
  const rows = await store.query<{ revision: string }>(newestRevisionOf[table]);
  return Number(rows[0]?.revision ?? 0);
}

function merged(older: LedgerChanges | undefined, newer: LedgerChanges): LedgerChanges {
  return {
    proposals: newestOf([...(older?.proposals ?? []), ...newer.proposals], (record) =>
      [record.proposal.tenant, record.proposal.id].join("/"),
    ),
    findingStatuses: newestOf(
      [...(older?.findingStatuses ?? []), ...newer.findingStatuses],
      (record) => [record.tenant, record.findingId].join("/"),
    ),
  };
}

function newestOf<Item extends { readonly position: number }>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): Item[] {
  const newest = new Map(items.map((item) => [keyOf(item), item]));
  return [...newest.values()].toSorted((a, b) => a.position - b.position);
}

async function write(store: Store, changes: LedgerChanges): Promise<void> {
  await insertRows(store, "proposals", changes.proposals.map(proposalRow));
  await insertRows(store, "finding_status", changes.findingStatuses.map(statusRow));
}

async function insertRows(
  store: Store,
  table: string,
  rows: readonly { readonly Revision: number }[],
): Promise<void> {
  if (rows.length === 0) {
    return;
  }
  const revisions = rows.map((row) => row.Revision);
  await store.insert(table, rows, { token: `projection/${table}/${revisions.join(",")}` });
}

function proposalRow({ proposal, position }: ProposalRecord) {
  return {
    Tenant: proposal.tenant,
    Id: proposal.id,
    Surface: proposal.surface,
    State: proposal.state,
    Repository: proposal.target.repository,
    Path: proposal.target.path,
    Title: proposal.title,
    FindingIds: proposal.findings,
    ChangeIds: proposal.changes,
    Document: JSON.stringify(proposal),
    CreatedAt: clickHouseTime(Date.parse(proposal.createdAt)),
    UpdatedAt: clickHouseTime(Date.parse(proposal.updatedAt)),
    Revision: position,
  };
}

function statusRow(record: FindingStatusRecord) {
  return {
    Tenant: record.tenant,
    FindingId: record.findingId,
    Status: record.status,
    Reason: record.reason,
    Until: record.untilUnixMs === null ? null : clickHouseTime(record.untilUnixMs),
    Actor: record.actor,
    ChangedAt: clickHouseTime(record.changedAtUnixMs),
    Revision: record.position,
  };
}

/** `DateTime64(3)` as ClickHouse's JSON reads it: UTC, no zone letter. */
function clickHouseTime(unixMs: number): string {
  return new Date(unixMs).toISOString().replace("T", " ").replace("Z", "");
}
