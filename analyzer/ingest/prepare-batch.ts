import { hash } from "node:crypto";
import type { Change } from "../../core/model/change.ts";
import type { Detection } from "../../core/model/finding.ts";
import type { AccountedSignal } from "../../core/model/telemetry.ts";
import type { Batch, QueueRecord } from "../../core/queue/queue.ts";
import type { Inspector } from "../inspect/inspector.ts";
import { decodeRecord } from "./decode-record.ts";
import { logRowJson } from "./log-row.ts";
import { metricRowJson, metricTable } from "./metric-row.ts";
import { batchColumnsJson, resourceColumns } from "./row-json.ts";
import { spanKindText, spanRowJson } from "./span-row.ts";

/** A span ready to be stored, with what decides whether it is a duplicate. */
export interface PreparedSpan {
  readonly tenant: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly kind: string;
  /** Columns without those of the batch. */
  readonly row: string;
  /** 64 bits of SHA-1 over `row`, decimal: tells a copy from a conflict, nothing more. */
  readonly digest: string;
  readonly batchColumns: string;
  readonly service: string;
  readonly environment: string;
  readonly timeUnixMs: number;
  readonly isGenAi: boolean;
  readonly detections: readonly Detection[];
}

/** Everything a batch will store, computed without any input or output. */
export interface PreparedBatch {
  readonly batch: Batch;
  readonly receivedAtUnixMs: number;
  readonly spans: readonly PreparedSpan[];
  /** Rows of logs and metrics by table, batch columns included. */
  readonly rows: ReadonlyMap<string, readonly string[]>;
  readonly changes: readonly Change[];
  /** Detections on logs; those on spans stay with the span until duplicates are known. */
  readonly logDetections: readonly Detection[];
  /** Records per tenant and signal, duplicates still included. */
  readonly counts: ReadonlyMap<string, { tenant: string; signal: AccountedSignal; count: number }>;
}

/** Decodes, normalises, redacts and inspects a batch; pure and synchronous. */
export function prepareBatch(
  batch: Batch,
  inspector: Inspector,
  maxBodyBytes: number,
): PreparedBatch {
  const builder = createBuilder(batch);
  for (const record of batch.records) {
    addRecord(builder, record, inspector, maxBodyBytes);
  }
  return builder;
}

interface Builder {
  readonly batch: Batch;
  readonly receivedAtUnixMs: number;
  readonly spans: PreparedSpan[];
  readonly rows: Map<string, string[]>;
  readonly changes: Change[];
  readonly logDetections: Detection[];
  readonly counts: Map<string, { tenant: string; signal: AccountedSignal; count: number }>;
}

function createBuilder(batch: Batch): Builder {
  return {
    batch,
    receivedAtUnixMs: batch.records.at(-1)?.receivedAtUnixMs ?? 0,
    spans: [],
    rows: new Map(),
    changes: [],
    logDetections: [],
    counts: new Map(),
  };
}

function addRecord(
  builder: Builder,
  record: QueueRecord,
  inspector: Inspector,
  maxBodyBytes: number,
): void {
  const decoded = decodeRecord(record, maxBodyBytes);
  const batchColumns = batchColumnsJson(record.tenant, builder.batch.id, record.receivedAtUnixMs);
  switch (decoded.signal) {
    case "traces":
      for (const span of decoded.spans) {
        const inspected = inspector.span(record.tenant, span);
        builder.spans.push(preparedSpan(inspected, record.tenant, batchColumns));
      }
      return count(builder, record, decoded.spans.length);
    case "logs":
      for (const log of decoded.logs) {
        const inspected = inspector.log(record.tenant, log);
        const session = inspected.genAi?.conversationId ?? "";
        const row = logRowJson(inspected.record, session, record.receivedAtUnixMs);
        addRow(builder, "otel_logs", `{${row},${batchColumns}}`);
        builder.logDetections.push(...inspected.detections);
      }
      return count(builder, record, decoded.logs.length);
    case "metrics":
      for (const point of decoded.points) {
        const masked = inspector.metric(point);
        addRow(builder, metricTable(masked), `{${metricRowJson(masked)},${batchColumns}}`);
      }
      return count(builder, record, decoded.points.length);
    case "changes":
      builder.changes.push(...decoded.changes.map((change) => inspector.change(change)));
      return count(builder, record, decoded.changes.length);
  }
}

function preparedSpan(
  inspected: ReturnType<Inspector["span"]>,
  tenant: string,
  batchColumns: string,
): PreparedSpan {
  const { span } = inspected;
  const { service, environment } = resourceColumns(span.resource);
  const row = spanRowJson(inspected);
  const digest = hash("sha1", row, "buffer").readBigUInt64LE().toString();
  return {
    tenant,
    traceId: span.traceId,
    spanId: span.spanId,
    kind: spanKindText(span.kind),
    row: `${row},"Digest":${digest}`,
    digest,
    batchColumns,
    service,
    environment,
    timeUnixMs: Number(span.startTimeUnixNano / 1_000_000n),
    isGenAi: inspected.genAi !== null,
    detections: inspected.detections,
  };
}

function addRow(builder: Builder, table: string, row: string): void {
  const rows = builder.rows.get(table);
  if (rows === undefined) {
    builder.rows.set(table, [row]);
  } else {
    rows.push(row);
  }
}

function count(builder: Builder, { tenant, signal }: QueueRecord, records: number): void {
  const key = `${tenant}/${signal}`;
  const entry = builder.counts.get(key) ?? { tenant, signal, count: 0 };
  entry.count += records;
  builder.counts.set(key, entry);
}
