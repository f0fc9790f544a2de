import type { Store } from "../../core/store/store.ts";
import type { StoredSpan, StoredTrace } from "./stored-trace.ts";

/** Spans read of one trace; a longer one is cut, so that none can fill the memory. */
const maxSpansPerTrace = 2000;
const maxSpansPerQuery = 5000;
const idsPerLookup = 4000;

/**
 * Reads traces in as few queries as their sizes allow, oldest first; traces without stored
 * spans are left out.
 */
export async function* readTraces(
  store: Store,
  tenant: string,
  traceIds: readonly string[],
): AsyncGenerator<StoredTrace> {
  for (let start = 0; start < traceIds.length; start += idsPerLookup) {
    const extents = await readExtents(store, tenant, traceIds.slice(start, start + idsPerLookup));
    for (const portion of portions(extents)) {
      yield* await readPortion(store, tenant, portion);
    }
  }
}

/** Where in time a trace lies and how large it is. */
interface TraceExtent {
  readonly TraceId: string;
  readonly Spans: number;
  readonly FirstMs: number;
  readonly LastMs: number;
}

const extents = `
  SELECT TraceId, count() AS Spans,
    toUnixTimestamp(min(Timestamp)) * 1000 AS FirstMs,
    (toUnixTimestamp(max(Timestamp)) + 1) * 1000 AS LastMs
  FROM span_identity
  WHERE Tenant = {tenant:String} AND TraceId IN {traceIds:Array(String)}
  GROUP BY TraceId
  ORDER BY FirstMs, TraceId`;

function readExtents(
  store: Store,
  tenant: string,
  traceIds: readonly string[],
): Promise<TraceExtent[]> {
  return store.query<TraceExtent>(extents, { tenant, traceIds });
}

/** Neighbors in time share a query: it then reads one small range of the table. */
function portions(all: readonly TraceExtent[]): TraceExtent[][] {
  const result: TraceExtent[][] = [];
  let spans = Infinity;
  for (const extent of all) {
    const size = Math.min(extent.Spans, maxSpansPerTrace);
    if (spans + size > maxSpansPerQuery) {
      result.push([]);
      spans = 0;
    }
    result.at(-1)?.push(extent);
    spans += size;
  }
  return result;
}

const spansOfTraces = `
  SELECT TraceId, SpanId, ParentSpanId, SpanName, SpanKind, ServiceName, Environment,
    ServiceVersion, toUnixTimestamp64Milli(CAST(Timestamp, 'DateTime64(3)')) AS TimeUnixMs,
    Duration, StatusCode, StatusMessage, SpanAttributes, GenAiConvention, GenAiOperation,
    GenAiAgent, GenAiTool, GenAiToolCallId, Session
  FROM otel_traces
  WHERE Tenant = {tenant:String} AND TraceId IN {traceIds:Array(String)}
    AND Timestamp >= fromUnixTimestamp64Milli({from:Int64})
    AND Timestamp <= fromUnixTimestamp64Milli({to:Int64})
  ORDER BY TraceId, Timestamp, SpanId
  LIMIT {most:UInt32} BY TraceId`;

async function readPortion(
  store: Store,
  tenant: string,
  portion: readonly TraceExtent[],
): Promise<StoredTrace[]> {
  const rows = await store.query<StoredSpan>(spansOfTraces, {
    tenant,
    traceIds: portion.map(({ TraceId }) => TraceId),
    from: portion.reduce((least, { FirstMs }) => Math.min(least, FirstMs), Infinity),
    to: portion.reduce((most, { LastMs }) => Math.max(most, LastMs), 0),
    most: maxSpansPerTrace,
  });
  return [...Map.groupBy(rows, ({ TraceId }) => TraceId)].map(([traceId, spans]) => ({
    tenant,
    traceId,
    spans,
  }));
}
