import { agentEventRow } from "../../../analyzer/agents/agent-event-row.ts";
import { toAgentEvents } from "../../../analyzer/agents/to-agent-events.ts";
import { attributeText } from "../../../analyzer/ingest/attribute-text.ts";
import type { LogRecord, Span, SumPoint } from "../../../core/model/telemetry.ts";
import type { Store } from "../../../core/store/store.ts";

const receivedAtUnixMs = 1_795_000_000_000;

/** Stores what the records say of coding agents, as a batch of its own. */
export async function storeAgentRecords(
  store: Store,
  records: readonly (LogRecord | Span)[],
  { tenant = "default", costUsd = 0, receivedAt = receivedAtUnixMs } = {},
): Promise<void> {
  const context = { tenant, receivedAtUnixMs: receivedAt, costUsd };
  const batch = { id: "b", receivedAtUnixMs: receivedAt };
  await store.insert(
    "agent_events",
    records
      .flatMap((record) => toAgentEvents(record, context))
      .map((event) => agentEventRow(event, batch)),
  );
}

/** Stores points of counters. */
export async function storeAgentCounts(
  store: Store,
  points: readonly SumPoint[],
  tenant = "default",
): Promise<void> {
  await store.insert(
    "otel_metrics_sum",
    points.map((point) => ({
      Tenant: tenant,
      ServiceName: point.resource.attributes.get("service.name"),
      MetricName: point.metricName,
      Attributes: Object.fromEntries(
        [...point.attributes].map(([key, value]) => [key, attributeText(value)]),
      ),
      StartTimeUnix: point.startTimeUnixNano.toString(),
      TimeUnix: point.timeUnixNano.toString(),
      Value: point.value,
      AggregationTemporality: point.aggregationTemporality,
      IsMonotonic: point.isMonotonic,
    })),
  );
}
