import type { Change } from "../../core/model/change.ts";
import type { Detection } from "../../core/model/finding.ts";
import type { AccountedSignal } from "../../core/model/telemetry.ts";
import type { OutcomeCount } from "../../core/queue/queue.ts";
import type { InsertRows, Store } from "../../core/store/store.ts";
import type { HeartbeatWriter } from "./heartbeat.ts";
import { metricTable } from "./metric-block.ts";
import type { PreparedBatch, PreparedSpan } from "./prepare-batch.ts";
import { type DeduplicatedSpans, removeDuplicateSpans } from "./span-duplicates.ts";
import { type StoredChanges, storeChanges } from "./store-changes.ts";
import type { KnownSpans, StoredSpans } from "./stored-spans.ts";

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
  readonly storedSpans: StoredSpans;
}

/**
 * Stores a prepared batch exactly once: every insert carries the batch id as its token, and
 * spans that another batch has stored are taken out first. The rows are given away: to repeat
 * it, prepare the batch again.
 *
 * `onInserting` is called once all rows are on their way, when this thread has nothing to do.
 */
export async function storeBatch(
  stores: Omit<IngestStores, "storedSpans"> & { readonly known: KnownSpans },
  heartbeat: HeartbeatWriter,
  prepared: PreparedBatch,
  onInserting: () => Promise<void>,
): Promise<StoredBatch> {
  const { batch, receivedAtUnixMs } = prepared;
  const spans = await removeDuplicateSpans(stores.known, batch.id, prepared.spans);
  const inserts = insertRows(stores.writes, prepared, spans.unique);
  // Waited for together, so that no failure goes unnoticed while the others still run.
  const [inserted] = await Promise.allSettled([Promise.all(inserts), onInserting()]);
  if (inserted.status === "rejected") {
    throw inserted.reason;
  }
  const revision = (batch.records.at(-1)?.position ?? 0) + 1;
  const changes = await storeChanges(
    stores,
    { id: batch.id, receivedAtUnixMs, revision },
    prepared.changes,
  );
  await heartbeat.beat(spans.unique);
  return {
    receivedAtUnixMs,
    spans: spans.unique,
    detections: [...spans.unique.flatMap((span) => span.detections), ...prepared.logDetections],
    changes: changes.changed,
    outcome: outcomeOf(prepared, spans, changes),
  };
}

function insertRows(
  store: Store,
  { batch, spanRows, logRows, metricRows, agentRows }: PreparedBatch,
  unique: readonly PreparedSpan[],
): Promise<void>[] {
  const blocks: [string, InsertRows][] = [];
  if (unique.length > 0) {
    const keep = unique.length === spanRows.rows ? null : keepRows(spanRows.rows, unique);
    blocks.push(["otel_traces", spanRows.take(keep)]);
  }
  if (logRows.rows > 0) {
    blocks.push(["otel_logs", logRows.take()]);
  }
  for (const [type, rows] of metricRows) {
    blocks.push([metricTable(type), rows.take()]);
  }
  if (agentRows.length > 0) {
    blocks.push(["agent_events", agentRows]);
  }
  return blocks.map(([table, block]) => store.insert(table, block, { token: batch.id }));
}

function keepRows(rows: number, unique: readonly PreparedSpan[]): Uint8Array<ArrayBuffer> {
  const keep = new Uint8Array(rows);
  for (const { row } of unique) {
    keep[row] = 1;
  }
  return keep;
}

interface Rejection {
  readonly tenant: string;
  readonly signal: AccountedSignal;
  readonly reason: string;
}

function outcomeOf(
  prepared: PreparedBatch,
  spans: DeduplicatedSpans,
  changes: StoredChanges,
): OutcomeCount[] {
  const rejections: Rejection[] = [
    ...spans.rejected.map((rejection) => ({ ...rejection, signal: "traces" as const })),
    ...changes.duplicates.map((tenant) => ({
      tenant,
      signal: "changes" as const,
      reason: "duplicate",
    })),
  ];
  return [...prepared.counts.values()].map(({ tenant, signal, count }) => {
    const own = rejections.filter((item) => item.tenant === tenant && item.signal === signal);
    const rejected: Record<string, number> = {};
    for (const { reason } of own) {
      rejected[reason] = (rejected[reason] ?? 0) + 1;
    }
    return { tenant, signal, stored: count - own.length, rejected };
  });
}
