import type { AccountedSignal } from "../model/telemetry.ts";
import type { AccountingRow, OutcomeCount } from "./queue.ts";
import type { AccountingCounts, QueueTables, RecordHeader } from "./queue-tables.ts";

const nothing: AccountingCounts = { received: 0, stored: 0, rejected: {}, deadLettered: 0 };

/** Adds to the counters of one tenant and signal, inside the caller's transaction. */
export function count(
  tables: QueueTables,
  { tenant, signal }: { tenant: string; signal: AccountedSignal },
  added: Partial<AccountingCounts>,
): void {
  const counts = tables.accounting.get([tenant, signal]) ?? nothing;
  void tables.accounting.put([tenant, signal], addCounts(counts, added));
}

export function addCounts(
  counts: AccountingCounts,
  added: Partial<AccountingCounts>,
): AccountingCounts {
  return {
    received: counts.received + (added.received ?? 0),
    stored: counts.stored + (added.stored ?? 0),
    rejected: addReasons(counts.rejected, added.rejected ?? {}),
    deadLettered: counts.deadLettered + (added.deadLettered ?? 0),
  };
}

/** Sums by reason; a null-prototype-safe copy, because reasons may come from outside. */
export function addReasons(
  reasons: Readonly<Record<string, number>>,
  added: Readonly<Record<string, number>>,
): Record<string, number> {
  const sums = new Map(Object.entries(reasons));
  for (const [reason, value] of Object.entries(added)) {
    sums.set(reason, (sums.get(reason) ?? 0) + value);
  }
  return Object.fromEntries(sums);
}

export function sumReasons(reasons: Readonly<Record<string, number>>): number {
  return Object.values(reasons).reduce((sum, value) => sum + value, 0);
}

/**
 * Accounting rows from one read transaction. `inFlight` is what is neither stored, rejected nor
 * dead-lettered yet, so `received = stored + rejected + deadLettered + inFlight` by construction;
 * that it equals the records waiting is what commits are checked for.
 */
export function accountingRows(tables: QueueTables, tenant?: string): AccountingRow[] {
  return [...tables.accounting.getRange()]
    .filter(({ key }) => tenant === undefined || key[0] === tenant)
    .map(({ key: [rowTenant, signal], value }) => ({
      tenant: rowTenant,
      signal,
      ...value,
      inFlight: value.received - value.stored - sumReasons(value.rejected) - value.deadLettered,
    }));
}

export class OutcomeMismatchError extends Error {
  override readonly name = "OutcomeMismatchError";
}

/**
 * Throws unless the outcome accounts for every accepted record of the batch, per tenant and
 * signal. A wrong outcome would leave records in flight forever, or make that number negative.
 */
export function checkOutcome(
  batchId: string,
  headers: readonly Pick<RecordHeader, "tenant" | "signal" | "acceptedCount">[],
  outcome: readonly OutcomeCount[],
): void {
  const open = new Map<string, number>();
  for (const { tenant, signal, acceptedCount } of headers) {
    const name = `${tenant}/${signal}`;
    open.set(name, (open.get(name) ?? 0) + acceptedCount);
  }
  for (const { tenant, signal, stored, rejected } of outcome) {
    const name = `${tenant}/${signal}`;
    open.set(name, (open.get(name) ?? 0) - stored - sumReasons(rejected));
  }
  for (const [name, left] of open) {
    if (left !== 0) {
      throw new OutcomeMismatchError(
        `the outcome of batch ${batchId} leaves ${left} records of ${name} unaccounted for`,
      );
    }
  }
}
