import type { Change } from "../../core/model/change.ts";
import type { Detection } from "../../core/model/finding.ts";
import type { AccountedSignal } from "../../core/model/telemetry.ts";
import type { OutcomeCount } from "../../core/queue/queue.ts";
import type { Store } from "../../core/store/store.ts";
import type { HeartbeatWriter } from "./heartbeat.ts";
import type { PreparedBatch, PreparedSpan } from "./prepare-batch.ts";
import { removeDuplicateSpans } from "./span-duplicates.ts";
import { storeChanges } from "./store-changes.ts";

/** What the later stages need to know of a stored batch. */
export interface StoredBatch {
  readonly receivedAtUnixMs: number;
  readonly spans: readonly PreparedSpan[];
  readonly detections: readonly Detection[];
  readonly changes: readonly Change[];
  readonly outcome: readonly OutcomeCount[];
}

export interface IngestStores {
  readonly reads: Store;
  readonly writes: Store;
}

/**
 * Stores a prepared batch exactly once: every insert carries the batch id as its token, and
 * spans that another batch has stored are taken out first. Safe to repeat as a whole.
 */
export async function storeBatch(
  stores: IngestStores,
  heartbeat: HeartbeatWriter,
  prepared: PreparedBatch,
): Promise<StoredBatch> {
  const { batch } = prepared;
  const { unique, rejected } = await removeDuplicateSpans(stores.writes, batch.id, prepared.spans);
  await insertRows(
    stores.writes,
    "otel_traces",
    unique.map((span) => `{${span.row},${span.batchColumns}}`),
    batch.id,
  );
  for (const [table, rows] of prepared.rows) {
    await insertRows(stores.writes, table, rows, batch.id);
  }
  const changes = await storeChanges(
    stores,
    {
      id: batch.id,
      receivedAtUnixMs: prepared.receivedAtUnixMs,
      revision: (batch.records.at(-1)?.position ?? 0) + 1,
    },
    prepared.changes,
  );
  await heartbeat.beat(unique);
  return {
    receivedAtUnixMs: prepared.receivedAtUnixMs,
    spans: unique,
    detections: [...unique.flatMap((span) => span.detections), ...prepared.logDetections],
    changes: changes.changed,
    outcome: outcomeOf(prepared, [
      ...rejected.map(({ tenant, reason }) => ({ tenant, signal: "traces" as const, reason })),
      ...changes.duplicates.map((tenant) => ({
        tenant,
        signal: "changes" as const,
        reason: "duplicate",
      })),
    ]),
  };
}

async function insertRows(
  store: Store,
  table: string,
  rows: readonly string[],
  token: string,
): Promise<void> {
  if (rows.length > 0) {
    await store.insert(table, Buffer.from(`${rows.join("\n")}\n`), { token });
  }
}

interface Rejection {
  readonly tenant: string;
  readonly signal: AccountedSignal;
  readonly reason: string;
}

function outcomeOf(prepared: PreparedBatch, rejections: readonly Rejection[]): OutcomeCount[] {
  return [...prepared.counts.values()].map(({ tenant, signal, count }) => {
    const rejected: Record<string, number> = {};
    let stored = count;
    for (const rejection of rejections) {
      if (rejection.tenant === tenant && rejection.signal === signal) {
        rejected[rejection.reason] = (rejected[rejection.reason] ?? 0) + 1;
        stored -= 1;
      }
    }
    return { tenant, signal, stored, rejected };
  });
}
