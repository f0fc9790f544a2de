import type { AgentEvent, AgentEventKind, CodingAgentId } from "../../core/model/agent-event.ts";
import type { AttributeMap, LogRecord, Span } from "../../core/model/telemetry.ts";

/** What an agent's own names say; everything common to all agents is filled in afterwards. */
export type AgentEventParts = { readonly kind: AgentEventKind } & Partial<
  Omit<AgentEvent, "tenant" | "id" | "agent" | "signal" | "service" | "kind" | "traceId" | "spanId">
>;

/** One coding agent: how its records are recognized, and what they say. */
export interface CodingAgent {
  readonly id: CodingAgentId;
  /** Values of `service.name`. */
  readonly services: readonly string[];
  /** Beginnings of the instrumentation scope's name. */
  readonly scopes: readonly string[];
  /** Beginnings of event and span names, which are also cut off from `name` below. */
  readonly prefixes: readonly string[];
  /** The signal to believe where the agent reports the same thing in both. */
  readonly prefers: AgentEvent["signal"];
  /** Attributes beyond the common ones that may hold the session, the preferred one first. */
  readonly sessionKeys: readonly string[];
  readonly log: (name: string, attributes: AttributeMap, record: LogRecord) => AgentEventParts[];
  readonly span: (name: string, attributes: AttributeMap, span: Span) => AgentEventParts[];
}
