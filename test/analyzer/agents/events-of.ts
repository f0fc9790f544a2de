import { toAgentEvents } from "../../../analyzer/agents/to-agent-events.ts";
import type { AgentEvent } from "../../../core/model/agent-event.ts";
import type { LogRecord, Span } from "../../../core/model/telemetry.ts";

/** The events of records of one tenant. */
export function eventsOf(records: readonly (LogRecord | Span)[], costUsd = 0): AgentEvent[] {
  const context = { tenant: "default", receivedAtUnixMs: 1, costUsd };
  return records.flatMap((record) => toAgentEvents(record, context));
}

/** Just the kinds, in order. */
export function kindsOf(records: readonly (LogRecord | Span)[]): string[] {
  return eventsOf(records).map(({ kind }) => kind);
}
