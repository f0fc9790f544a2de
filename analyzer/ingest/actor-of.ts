import type { GenAiRecord } from "../../core/model/genai.ts";
import type { LogRecord, Span } from "../../core/model/telemetry.ts";
import { agentOf } from "../agents/agent-of.ts";
import { type Identity, identityOf } from "../normalize/identity.ts";

/**
 * The non-human identity that acted: whom the record names, else the coding agent that wrote it,
 * as most of those name nobody.
 */
export function actorOf(record: LogRecord | Span, genAi: GenAiRecord | null): Identity {
  const identity = identityOf(record.resource, record.attributes, genAi);
  if (identity.kind !== "") {
    return identity;
  }
  const agent = agentOf(record);
  return agent === null ? identity : { kind: "agent", id: agent.id };
}
