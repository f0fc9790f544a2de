import type { Store } from "../store/store.ts";
import { agentCounters, type CounterMeasure } from "./agent-counters.ts";

/** Sums of an agent's counters in one session. */
export type SessionCounters = Readonly<Partial<Record<CounterMeasure, number>>>;

/**
 * A point that came twice counts once. Delta points add up; a cumulative counter is at its
 * greatest value since it started, and restarts add up.
 */
const counterSums = `
  SELECT Session, MetricName, Type, sum(Value) AS Total
  FROM (
    SELECT
      Session, MetricName, Type, Attributes, StartTimeUnix,
      if(AggregationTemporality = 2, max(Value), sum(Value)) AS Value
    FROM (
      SELECT DISTINCT
        Attributes['session.id'] AS Session, MetricName, Attributes['type'] AS Type, Attributes,
        StartTimeUnix, TimeUnix, AggregationTemporality, Value
      FROM otel_metrics_sum
      WHERE Tenant = {tenant:String}
        AND MetricName IN {metrics:Array(String)}
        AND Attributes['session.id'] IN {sessions:Array(String)}
    )
    GROUP BY Session, MetricName, Type, Attributes, StartTimeUnix, AggregationTemporality
  )
  GROUP BY Session, MetricName, Type`;

interface CounterRow {
  readonly Session: string;
  readonly MetricName: string;
  readonly Type: string;
  readonly Total: number;
}

/** Counters by session; sessions without any are left out. */
export async function readCounters(
  store: Store,
  tenant: string,
  sessions: readonly string[],
): Promise<Map<string, SessionCounters>> {
  const rows = await store.query<CounterRow>(counterSums, {
    tenant,
    sessions,
    metrics: agentCounters.map(({ metric }) => metric),
  });
  return new Map(
    [...Map.groupBy(rows, ({ Session }) => Session)].map(([session, own]) => [session, sumOf(own)]),
  );
}

function sumOf(rows: readonly CounterRow[]): SessionCounters {
  const sums: Partial<Record<CounterMeasure, number>> = {};
  for (const { MetricName, Type, Total } of rows) {
    const counter = agentCounters.find(({ metric }) => metric === MetricName);
    const measure = counter?.measures[Type] ?? counter?.measures[""];
    if (measure !== undefined) {
      sums[measure] = (sums[measure] ?? 0) + Total;
    }
  }
  return sums;
}
