import type { AccountedSignal } from "../../model/telemetry.ts";
import type { Store } from "../../store/store.ts";
import { addReasons } from "../accounting.ts";
import type { PartitionName } from "./partition-log.ts";

/** Counters of one tenant and signal. */
export interface Account {
  readonly tenant: string;
  readonly signal: AccountedSignal;
  readonly received: number;
  readonly stored: number;
  readonly rejected: Readonly<Record<string, number>>;
  readonly deadLettered: number;
}

/** Adds up what is counted, by tenant and signal. */
export class AccountSums {
  private readonly sums = new Map<string, Account>();

  add(
    of: Pick<Account, "tenant" | "signal">,
    { received = 0, stored = 0, rejected = {}, deadLettered = 0 }: Partial<Account>,
  ): void {
    const { tenant, signal } = of;
    const name = `${tenant}/${signal}`;
    const sum = this.sums.get(name);
    this.sums.set(name, {
      tenant,
      signal,
      received: (sum?.received ?? 0) + received,
      stored: (sum?.stored ?? 0) + stored,
      rejected: addReasons(sum?.rejected ?? {}, rejected),
      deadLettered: (sum?.deadLettered ?? 0) + deadLettered,
    });
  }

  copy(): AccountSums {
    const copy = new AccountSums();
    this.rows().forEach((account) => copy.add(account, account));
    return copy;
  }

  rows(): Account[] {
    return [...this.sums.values()];
  }
}

/** The batch that is accounted for. */
export interface AccountedRange extends PartitionName {
  readonly from: number;
  readonly to: number;
  readonly batchId: string;
}

const table = "ingest_accounting";

/**
 * Writes down what became of a batch. A repetition changes nothing. A batch without records is
 * written down too: readers take what waits from the greatest offset of each partition on.
 */
export async function writeAccounts(
  store: Store,
  range: AccountedRange,
  accounts: readonly Account[],
): Promise<void> {
  const rows = accounts.length > 0 ? accounts : [nothing];
  await store.insert(
    table,
    rows.map(({ tenant, signal, received, stored, rejected, deadLettered }) => ({
      Tenant: tenant,
      Signal: signal,
      Topic: range.topic,
      Partition: range.partition,
      FromOffset: range.from,
      ToOffset: range.to,
      Received: received,
      Stored: stored,
      Rejected: rejected,
      DeadLettered: deadLettered,
      BatchId: range.batchId,
    })),
    { token: range.batchId },
  );
}

const nothing: Account = {
  tenant: "",
  signal: "traces",
  received: 0,
  stored: 0,
  rejected: {},
  deadLettered: 0,
};

export interface Accounted {
  readonly accounts: readonly Account[];
  /** Topic and partition → the offset behind the last batch that is accounted for. */
  readonly next: ReadonlyMap<string, number>;
}

interface Row {
  readonly Tenant: string;
  readonly Signal: AccountedSignal;
  readonly Topic: string;
  readonly Partition: number;
  readonly To: number | string;
  readonly Received: number | string;
  readonly Stored: number | string;
  readonly DeadLettered: number | string;
  readonly Reasons: readonly string[];
  readonly Counts: readonly (number | string)[];
}

/** All that is written down, as of one moment. */
export async function readAccounts(store: Store): Promise<Accounted> {
  const rows = await store.query<Row>(
    `SELECT Tenant, Signal, Topic, Partition, max(ToOffset) AS To, sum(Received) AS Received,
      sum(Stored) AS Stored, sum(DeadLettered) AS DeadLettered,
      sumMap(mapKeys(Rejected), mapValues(Rejected)) AS Sums, Sums.1 AS Reasons, Sums.2 AS Counts
    FROM ${table} FINAL GROUP BY Tenant, Signal, Topic, Partition`,
  );
  const sums = new AccountSums();
  const next = new Map<string, number>();
  for (const row of rows) {
    const key = `${row.Topic}/${row.Partition}`;
    next.set(key, Math.max(next.get(key) ?? 0, Number(row.To) + 1));
    if (row.Tenant !== "") {
      const counts = row.Counts.map(Number);
      sums.add(
        { tenant: row.Tenant, signal: row.Signal },
        {
          received: Number(row.Received),
          stored: Number(row.Stored),
          deadLettered: Number(row.DeadLettered),
          rejected: Object.fromEntries(
            row.Reasons.map((name, index) => [name, counts[index] ?? 0]),
          ),
        },
      );
    }
  }
  return { accounts: sums.rows(), next };
}
