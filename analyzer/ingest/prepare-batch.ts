import type { Change } from "../../core/model/change.ts";
import type { Detection } from "../../core/model/finding.ts";
import type { AccountedSignal, LogRecord, MetricPoint, Span } from "../../core/model/telemetry.ts";
import { limitRecord, type RecordSizeLimits } from "../../core/otlp/limit-record.ts";
import type { Batch, QueueRecord } from "../../core/queue/queue.ts";
import { agentEventRow } from "../agents/agent-event-row.ts";
import { toAgentEvents } from "../agents/to-agent-events.ts";
import type { InspectedSpan, Inspector } from "../inspect/inspector.ts";
import type { SamplingRatios } from "../normalize/sample-weight.ts";
import { isSuspect } from "../trace/is-suspect.ts";
import { decodeRecord, openBody } from "./decode-record.ts";
import { createLogBlock, type LogBlock } from "./log-block.ts";
import { createMetricBlock, type MetricBlock } from "./metric-block.ts";
import { type ResourceFacts, resourceFacts } from "./resource-facts.ts";
import type { RowOrigin } from "./row-block.ts";
import type { SeriesLimit } from "./series-limit.ts";
import { createSpanBlock, type SpanBlock, spanKindText } from "./span-block.ts";
import type { SpanNames } from "./span-names.ts";
import type { SeriesDimension } from "./tenant-limits.ts";

/** A span ready to be stored, with what decides whether it is a duplicate. */
export interface PreparedSpan {
  readonly tenant: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly kind: string;
  /** Its row in `PreparedBatch.spanRows`. */
  readonly row: number;
  /** Of its content: tells a copy from a conflict, nothing more. */
  readonly digest: number;
  readonly service: string;
  readonly environment: string;
  readonly timeUnixMs: number;
  /** Whether the trace detectors should look at its trace. */
  readonly isSuspect: boolean;
  readonly detections: readonly Detection[];
}

/** Everything a batch will store, computed without any input or output. */
export interface PreparedBatch {
  readonly batch: Batch;
  readonly receivedAtUnixMs: number;
  readonly spans: readonly PreparedSpan[];
  readonly spanRows: SpanBlock;
  readonly logRows: LogBlock;
  /** Rows of data points by their type. */
  readonly metricRows: ReadonlyMap<MetricPoint["type"], MetricBlock>;
  /** Rows of `agent_events`; those of duplicate spans replace what they repeat. */
  readonly agentRows: readonly object[];
  readonly changes: readonly Change[];
  /** Detections on logs; those on spans stay with the span until duplicates are known. */
  readonly logDetections: readonly Detection[];
  /** Detectors that threw, by id; the others went on. */
  readonly failures: ReadonlyMap<string, number>;
  /** Records per tenant and signal, duplicates still included. */
  readonly counts: ReadonlyMap<string, RecordCount>;
  /** Names that became `other`, by dimension. */
  readonly overflow: ReadonlyMap<SeriesDimension, number>;
}

interface RecordCount {
  readonly tenant: string;
  readonly signal: AccountedSignal;
  count: number;
}

/** What preparing depends on; the same object for every batch. */
export interface PrepareOptions {
  readonly maxBodyBytes: number;
  /** Of what is stored of one record; detectors read the whole of it before. */
  readonly recordLimits: RecordSizeLimits;
  readonly sampling: SamplingRatios;
  readonly series: SeriesLimit;
}

/**
 * Decodes, normalizes, redacts and inspects a batch. While this thread works on one request, the
 * next is inflated on another.
 */
export async function prepareBatch(
  batch: Batch,
  inspector: Inspector,
  options: PrepareOptions,
): Promise<PreparedBatch> {
  const { sampling, series } = options;
  // What a batch that failed has left behind.
  series.takeOverflow();
  const builder: Builder = {
    batch,
    receivedAtUnixMs: batch.records.at(-1)?.receivedAtUnixMs ?? 0,
    spans: [],
    spanRows: createSpanBlock(sampling, expectedAttributeBytes(batch)),
    logRows: createLogBlock(sampling),
    metricRows: new Map(),
    agentRows: [],
    changes: [],
    logDetections: [],
    failures: new Map(),
    counts: new Map(),
    overflow: new Map(),
  };
  // Of requests whose every record was refused at the door only the counts were queued.
  const records = batch.records.filter(({ acceptedCount }) => acceptedCount > 0);
  for await (const { record, body } of openBodies(records, options.maxBodyBytes)) {
    addRecord(builder, record, body, { ...options, inspector });
  }
  return { ...builder, overflow: series.takeOverflow() };
}

/** Memory that is reserved and not written costs nothing; growing later copies everything. */
function expectedAttributeBytes({ records }: Batch): number {
  const perByte = { gzip: 10, identity: 1 };
  return records
    .filter(({ signal }) => signal === "traces")
    .reduce((sum, { body, contentEncoding }) => sum + body.length * perByte[contentEncoding], 4096);
}

interface Builder extends PreparedBatch {
  readonly spans: PreparedSpan[];
  readonly metricRows: Map<MetricPoint["type"], MetricBlock>;
  readonly agentRows: object[];
  readonly changes: Change[];
  readonly logDetections: Detection[];
  readonly failures: Map<string, number>;
  readonly counts: Map<string, RecordCount>;
}

interface OpenedBody {
  readonly record: QueueRecord;
  readonly body: Uint8Array;
}

/** Bodies in order, one of them ahead. */
async function* openBodies(
  records: readonly QueueRecord[],
  maxBodyBytes: number,
): AsyncGenerator<OpenedBody> {
  let ahead: Promise<Uint8Array> | null = null;
  for (const [index, record] of records.entries()) {
    const body = await (ahead ?? openBody(record, maxBodyBytes));
    const next = records[index + 1];
    ahead = next === undefined ? null : openBody(next, maxBodyBytes);
    // Its failure is met when its turn comes, or never if this one fails.
    ahead?.catch(() => undefined);
    yield { record, body };
  }
}

function addRecord(
  builder: Builder,
  record: QueueRecord,
  body: Uint8Array,
  { inspector, recordLimits, series }: PrepareOptions & { readonly inspector: Inspector },
): void {
  const { tenant, receivedAtUnixMs } = record;
  const decoded = decodeRecord(record, body);
  const origin = { tenant, batchId: builder.batch.id, receivedAtUnixMs };
  switch (decoded.signal) {
    case "traces":
      for (const span of decoded.spans) {
        const inspected = inspector.span(tenant, span);
        const stored = { ...inspected, span: limitRecord(inspected.span, recordLimits) };
        addSpan(builder, stored, origin, series.span(stored, origin));
        addFailures(builder, inspected.failures);
      }
      return addCount(builder, record, decoded.spans.length);
    case "logs":
      for (const log of decoded.logs) {
        const inspected = inspector.log(tenant, log);
        const stored = limitRecord(inspected.record, recordLimits);
        const facts = series.facts(resourceFacts(stored.resource), origin);
        builder.logRows.append({ ...inspected, record: stored }, origin, facts);
        addAgentEvents(builder, stored, inspected.costUsd, origin);
        builder.logDetections.push(...inspected.detections.map((each) => named(each, facts)));
        addFailures(builder, inspected.failures);
      }
      return addCount(builder, record, decoded.logs.length);
    case "metrics":
      for (const point of decoded.points) {
        const masked = limitRecord(inspector.metric(point), recordLimits);
        const facts = series.facts(resourceFacts(masked.resource), origin);
        metricRowsOf(builder, masked.type).append(masked, origin, facts);
      }
      return addCount(builder, record, decoded.points.length);
    case "changes":
      builder.changes.push(...decoded.changes.map((change) => inspector.change(change)));
      return addCount(builder, record, decoded.changes.length);
  }
}

function addSpan(
  builder: Builder,
  inspected: InspectedSpan,
  origin: RowOrigin,
  names: SpanNames,
): void {
  const { spans, spanRows } = builder;
  const { span, detections } = inspected;
  addAgentEvents(builder, span, inspected.costUsd, origin);
  const { service, environment } = names;
  const row = spanRows.rows;
  spans.push({
    tenant: origin.tenant,
    traceId: span.traceId,
    spanId: span.spanId,
    kind: spanKindText(span.kind),
    row,
    digest: spanRows.append(inspected, origin, names),
    service,
    environment,
    timeUnixMs: Number(span.startTimeUnixNano / 1_000_000n),
    isSuspect: isSuspect(inspected),
    detections: detections.map((detection) => named(detection, names)),
  });
}

/** A detection speaks of its service by the name that the rows have. */
function named(detection: Detection, { service, environment, version }: ResourceFacts): Detection {
  return { ...detection, service, environment, version };
}

function addAgentEvents(
  { agentRows }: Builder,
  record: LogRecord | Span,
  costUsd: number,
  { tenant, batchId, receivedAtUnixMs }: RowOrigin,
): void {
  for (const event of toAgentEvents(record, { tenant, receivedAtUnixMs, costUsd })) {
    agentRows.push(agentEventRow(event, { id: batchId, receivedAtUnixMs }));
  }
}

function addFailures({ failures }: Builder, failed: InspectedSpan["failures"]): void {
  for (const { detector } of failed) {
    failures.set(detector, (failures.get(detector) ?? 0) + 1);
  }
}

function metricRowsOf({ metricRows }: Builder, type: MetricPoint["type"]): MetricBlock {
  const rows = metricRows.get(type) ?? createMetricBlock(type);
  metricRows.set(type, rows);
  return rows;
}

function addCount(builder: Builder, { tenant, signal }: QueueRecord, records: number): void {
  const key = `${tenant}/${signal}`;
  const entry = builder.counts.get(key) ?? { tenant, signal, count: 0 };
  entry.count += records;
  builder.counts.set(key, entry);
}
