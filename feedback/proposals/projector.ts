import type { Commands } from "../../core/commands/commands.ts";
import type { Logger } from "../../core/log.ts";
import type { Store } from "../../core/store/store.ts";
import { StoreError } from "../../core/store/store-error.ts";
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
  /** Entities that the tables would not take and that were left out. */
  skipped(): number;
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
  let skipped = 0;
  let waiters: { readonly position: number; readonly resolve: () => void }[] = [];
  let running: Promise<void> = Promise.resolve();
  // Entities folded but not yet written, because an insert failed.
  let pending: LedgerChanges | undefined;

  async function runOnce(): Promise<void> {
    const changes = await ledger.catchUp();
    const first = projectedPosition < 0;
    pending = merged(pending, first ? await missing(dependencies) : changes);
    skipped += await write(dependencies, pending);
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
    skipped: () => skipped,
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

/** Writes what changed; returns how many rows the tables would not take. */
async function write(to: ProjectorDependencies, changes: LedgerChanges): Promise<number> {
  const proposals = await insertRows(to, "proposals", changes.proposals, proposalRow);
  const statuses = await insertRows(to, "finding_status", changes.findingStatuses, statusRow);
  return proposals + statuses;
}

/** One bad row must not hold up the others: it is logged and left out. */
async function insertRows<Item extends { readonly position: number }>(
  to: ProjectorDependencies,
  table: string,
  items: readonly Item[],
  toRow: (item: Item) => object,
): Promise<number> {
  if (items.length === 0) {
    return 0;
  }
  const positions = items.map(({ position }) => position);
  try {
    const token = `projection/${table}/${positions.join(",")}`;
    await to.writes.insert(table, items.map(toRow), { token });
    return 0;
  } catch (error) {
    if (error instanceof StoreError && error.retryable) {
      throw error;
    }
    if (items.length === 1) {
      to.logger.error({ table, position: positions[0] }, "Skipped a row that cannot be stored");
      return 1;
    }
  }
  let skipped = 0;
  for (const item of items) {
    skipped += await insertRows(to, table, [item], toRow);
  }
  return skipped;
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
