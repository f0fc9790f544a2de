import type { Store } from "../../core/store/store.ts";
import { type Stream, streamKey } from "../series/stream.ts";
import { dayKey, type SeenValues } from "./noticed-changes.ts";
import type { SeenValue } from "./noticed-value.ts";

// Per day only the earliest first uses are read: enough to tell some and to know that there are
// more, whatever a sender puts into a prompt.
const valuesOfStreams = `
  SELECT ServiceName, Environment, Dimension, Subject, Value,
    toUnixTimestamp64Milli(Earliest.1) AS FirstMs, Earliest.2 AS TraceId, Earliest.3 AS SpanId,
    Earliest.4 AS Version, toDate(Earliest.1) AS Day,
    count() OVER (PARTITION BY ServiceName, Environment, Dimension, Day) AS OfDay
  FROM (
    SELECT ServiceName, Environment, Dimension, Subject, Value, min(First) AS Earliest
    FROM noticed_values
    WHERE Tenant = {tenant:String} AND ServiceName IN {services:Array(String)}
      AND has(arrayZip({services:Array(String)}, {environments:Array(String)}),
        (toString(ServiceName), toString(Environment)))
    GROUP BY ServiceName, Environment, Dimension, Subject, Value
  )
  ORDER BY FirstMs, Value
  LIMIT 64 BY ServiceName, Environment, Dimension, Day`;

interface SeenRow {
  readonly ServiceName: string;
  readonly Environment: string;
  readonly Dimension: SeenValue["dimension"];
  readonly Subject: string;
  readonly Value: string;
  readonly FirstMs: number | string;
  readonly TraceId: string;
  readonly SpanId: string;
  readonly Version: string;
  readonly OfDay: number | string;
}

/** What the spans of some streams of a tenant have shown so far; keyed by `streamKey`. */
export async function readSeenValues(
  store: Store,
  tenant: string,
  streams: readonly Stream[],
): Promise<Map<string, SeenValues>> {
  const rows = await store.query<SeenRow>(valuesOfStreams, {
    tenant,
    services: streams.map(({ service }) => service),
    environments: streams.map(({ environment }) => environment),
  });
  const byStream = Map.groupBy(rows, ({ ServiceName, Environment }) =>
    streamKey({ tenant, service: ServiceName, environment: Environment }),
  );
  return new Map([...byStream].map(([key, own]) => [key, toSeenValues(own)]));
}

function toSeenValues(rows: readonly SeenRow[]): SeenValues {
  return {
    values: rows.map(toSeenValue),
    firstUses: new Map(
      rows.map((row) => [dayKey(row.Dimension, Number(row.FirstMs)), Number(row.OfDay)]),
    ),
  };
}

function toSeenValue(row: SeenRow): SeenValue {
  return {
    dimension: row.Dimension,
    subject: row.Subject === "" ? [] : (JSON.parse(row.Subject) as string[]),
    value: row.Value,
    firstUnixMs: Number(row.FirstMs),
    traceId: row.TraceId,
    spanId: row.SpanId,
    version: row.Version,
  };
}

const newestStreams = `
  SELECT Tenant AS tenant, ServiceName AS service, Environment AS environment,
    toUnixTimestamp(max(Last)) AS LastSeconds
  FROM noticed_values
  GROUP BY tenant, service, environment
  ORDER BY LastSeconds DESC
  LIMIT 1000`;

/** The streams that have shown anything, the newest first, with the time of their last span. */
export async function readStreams(
  store: Store,
): Promise<(Stream & { readonly maxTimeUnixMs: number })[]> {
  const rows = await store.query<Stream & { LastSeconds: number | string }>(newestStreams);
  return rows.map(({ LastSeconds, ...stream }) => ({
    ...stream,
    maxTimeUnixMs: Number(LastSeconds) * 1000 + 999,
  }));
}
