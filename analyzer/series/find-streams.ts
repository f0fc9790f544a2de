import type { Store } from "../../core/store/store.ts";
import type { Stream } from "./stream.ts";
import type { StreamState } from "./stream-state.ts";

/** A stream with stored windows, and the start of its first and last one. */
export interface StoredStream extends Stream {
  readonly minTimeUnixMs: number;
  readonly maxTimeUnixMs: number;
}

const streamsWithWindows = `
  SELECT Tenant, ServiceName, Environment, toUnixTimestamp(min(Window)) AS FirstSeconds,
    toUnixTimestamp(max(Window)) AS LastSeconds
  FROM windows_1m
  GROUP BY Tenant, ServiceName, Environment
  ORDER BY Tenant, ServiceName, Environment`;

interface StreamRow {
  readonly Tenant: string;
  readonly ServiceName: string;
  readonly Environment: string;
  readonly FirstSeconds: number;
  readonly LastSeconds: number;
}

export async function findStreams(store: Store): Promise<StoredStream[]> {
  const rows = await store.query<StreamRow>(streamsWithWindows);
  return rows.map((row) => ({
    tenant: row.Tenant,
    service: row.ServiceName,
    environment: row.Environment,
    minTimeUnixMs: row.FirstSeconds * 1000,
    maxTimeUnixMs: row.LastSeconds * 1000,
  }));
}

const spansOfDays = `
  SELECT toUnixTimestamp(toStartOfDay(Window)) AS DaySeconds, sum(w.Spans) AS Spans
  FROM windows_1m AS w
  WHERE Tenant = {tenant:String} AND ServiceName = {service:String}
    AND Environment = {environment:String}
    AND Window >= toDateTime({from:UInt32}) AND Window < toDateTime({to:UInt32})
  GROUP BY DaySeconds`;

/**
 * Whether the store holds other spans than the state took in on its newest days: records that
 * came late, after the checkpoint and before a crash.
 */
export async function missesSpans(
  store: Store,
  stream: Stream,
  { spansByDay, firstUnixMs, seenUntilUnixMs }: StreamState,
): Promise<boolean> {
  // The oldest day counted may have lost its beginning to retention.
  const days = spansByDay.slice(-3);
  const [oldest] = days;
  if (oldest === undefined) {
    return false;
  }
  const rows = await store.query<{ DaySeconds: number; Spans: number | string }>(spansOfDays, {
    ...stream,
    from: Math.max(oldest[0], firstUnixMs) / 1000,
    to: seenUntilUnixMs / 1000,
  });
  const stored = new Map(rows.map((row) => [row.DaySeconds * 1000, Number(row.Spans)]));
  return days.some(([day, spans]) => stored.has(day) && stored.get(day) !== spans);
}
