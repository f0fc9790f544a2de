import type { AgentEvent } from "../../core/model/agent-event.ts";
import { stableId } from "../../core/model/identity.ts";
import type { AttributeMap, LogRecord, Span } from "../../core/model/telemetry.ts";
import { agentOf, shortName } from "./agent-of.ts";
import { nameOf } from "./attributes.ts";
import type { AgentEventParts, CodingAgent } from "./coding-agent.ts";

const none: readonly AgentEvent[] = [];

/** What is known of a record beside the record itself. */
export interface RecordContext {
  readonly tenant: string;
  /** For records without a time of their own. */
  readonly receivedAtUnixMs: number;
  /** Price of the record's tokens by our list, for agents that report no cost. */
  readonly costUsd: number;
}

/**
 * What a record says of a coding agent's work: none, one or several events. Pure; nearly free
 * for records of other senders.
 *
 * @param record Masked: its text is stored as it is.
 */
export function toAgentEvents(
  record: LogRecord | Span,
  context: RecordContext,
): readonly AgentEvent[] {
  const agent = agentOf(record);
  if (agent === null) {
    return none;
  }
  const name = shortName(agent, record);
  const parts =
    "eventName" in record
      ? agent.log(name, record.attributes, record)
      : agent.span(name, record.attributes, record);
  if (parts.length === 0) {
    return none;
  }
  const common = commonOf(agent, record, context);
  return parts.map((each) => toEvent(common, each, context.costUsd));
}

/** The prompt that a record belongs to, for the `PromptId` column of `otel_logs`. */
export function promptIdOf(attributes: AttributeMap): string {
  return nameOf(attributes, "prompt.id", "prompt_id");
}

type Common = Omit<AgentEvent, "id" | "kind"> & { readonly recordKey: string };

function commonOf(
  agent: CodingAgent,
  record: LogRecord | Span,
  { tenant, receivedAtUnixMs }: RecordContext,
): Common {
  const { attributes, resource } = record;
  const isLog = "eventName" in record;
  const time = isLog
    ? record.timeUnixNano || record.observedTimeUnixNano
    : record.startTimeUnixNano;
  return {
    ...absent,
    tenant,
    timeUnixMs: time === 0n ? receivedAtUnixMs : Number(time / 1_000_000n),
    agent: agent.id,
    eventName: isLog ? record.eventName || nameOf(attributes, "event.name") : record.name,
    signal: isLog ? "log" : "span",
    service: nameOf(resource.attributes, "service.name"),
    session: sessionOf(agent, attributes) || record.traceId,
    promptId: promptIdOf(attributes),
    traceId: record.traceId,
    spanId: record.spanId,
    repository: nameOf(attributes, "vcs.repository.url.full"),
    branch: nameOf(attributes, "vcs.ref.head.name"),
    user: userOf(tenant, attributes),
    recordKey: recordKey(record, time),
  };
}

const absent = {
  text: "",
  tool: "",
  toolCallId: "",
  command: "",
  decision: "",
  decisionSource: "",
  success: null,
  durationMs: 0,
  model: "",
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  costUsd: 0,
  revision: "",
  permissionMode: "",
} as const;

function toEvent({ recordKey: key, ...common }: Common, parts: AgentEventParts, costUsd: number) {
  const priced = parts.kind === "api_request" ? costUsd : 0;
  const event = { ...common, costUsd: priced, ...parts };
  const { tenant, agent, session, kind, tool, toolCallId, revision } = event;
  return {
    ...event,
    id: stableId(tenant, agent, session, key, kind, tool, toolCallId, revision),
  };
}

function sessionOf(agent: CodingAgent, attributes: AttributeMap): string {
  return nameOf(attributes, ...agent.sessionKeys, "gen_ai.conversation.id", "session.id");
}

/** The same for every copy of a record, different for different ones. */
function recordKey(record: LogRecord | Span, time: bigint): string {
  if (!("eventName" in record)) {
    return `${record.traceId}/${record.spanId}`;
  }
  const { attributes, eventName } = record;
  const own = nameOf(attributes, "cursor.event.id");
  return own || [time, eventName, nameOf(attributes, "event.sequence"), record.spanId].join("/");
}

/** A keyless digest: it tells people apart; whoever knows an id can check for it. */
function userOf(tenant: string, attributes: AttributeMap): string {
  const id = nameOf(
    attributes,
    "user.id",
    "user.account_uuid",
    "user.account_id",
    "enduser.pseudo.id",
    "user.email",
  );
  return id === "" ? "" : stableId(tenant, "user", id).slice(0, 16);
}
