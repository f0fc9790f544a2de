import type { AgentSessionRef } from "../../core/model/change.ts";
import { changeTextLimits } from "../changes/change-limits.ts";
import { agentOfSignature, modelOfSignature } from "./agent-table.ts";
import { type Trailer, trailerValues } from "./read-trailers.ts";

/** What is known about who made a commit. */
export interface SessionEvidence {
  readonly trailers: readonly Trailer[];
  /** `Name <email>` of the commit. */
  readonly author: string;
  /** From a git-ai note. */
  readonly noted: AgentSessionRef | null;
  /** From the data of an Entire checkpoint. */
  readonly checkpoint: AgentSessionRef | null;
}

/**
 * The agent session behind a commit, by decreasing certainty: git-ai note, session trailer
 * (`Claude-Session`, `Agent-Logs-Url`, `Amp-Thread-ID`, `Entire-Session`, `Entire-Checkpoint`),
 * then signatures (`Assisted-by`, `Co-authored-by`, the author, `Generated-by`), which name a
 * tool but no session. `null` when
 * nothing speaks of an agent. All of it is claims: anyone can write a trailer or a note.
 */
export function readSession(evidence: SessionEvidence): AgentSessionRef | null {
  const signed = signedSession(evidence);
  const found = evidence.noted ?? trailerSession(evidence) ?? signed;
  return found === null
    ? null
    : {
        agent: cut(found.agent || (signed?.agent ?? "")),
        id: cut(found.id),
        model: cut(found.model || (signed?.model ?? "")),
      };
}

/** A longer one would cost the whole change: the service refuses it. */
function cut(text: string): string {
  return text.slice(0, changeTextLimits.sessionField);
}

/** The checkpoint a commit names, if its form is one Entire writes (12 hex digits or a ULID). */
export function readCheckpointId(trailers: readonly Trailer[]): string {
  const id = trailerValues(trailers, "entire-checkpoint")[0] ?? "";
  return /^(?:[0-9a-f]{12}|[0-9A-HJKMNP-TV-Z]{26})$/.test(id) ? id : "";
}

interface SessionTrailer {
  readonly key: string;
  readonly agent: string;
  /** Finds the id of the session in the trailer's value. */
  readonly pattern: RegExp;
}

/** Trailers that name a session by its address or its bare id, the more specific first. */
const sessionTrailers: readonly SessionTrailer[] = [
  { key: "claude-session", agent: "claude-code", pattern: /\/(session_[A-Za-z0-9]+)\/?$/ },
  { key: "claude-session", agent: "claude-code", pattern: /^([A-Za-z0-9][\w-]{0,127})$/ },
  { key: "agent-logs-url", agent: "copilot", pattern: /\/sessions\/([0-9a-f-]{8,64})\/?$/i },
  { key: "amp-thread-id", agent: "amp", pattern: /(?:^|\/)(T-[0-9a-f-]{8,64})\/?$/i },
];

function trailerSession(evidence: SessionEvidence): AgentSessionRef | null {
  for (const { key, agent, pattern } of sessionTrailers) {
    const id = pattern.exec(trailerValues(evidence.trailers, key)[0] ?? "")?.[1];
    if (id !== undefined) {
      return { agent, id, model: "" };
    }
  }
  return entireSession(evidence);
}

function entireSession({ trailers, checkpoint }: SessionEvidence): AgentSessionRef | null {
  const session = trailerValues(trailers, "entire-session")[0] ?? "";
  const checkpointId = readCheckpointId(trailers);
  if (session === "" && checkpointId === "") {
    return null;
  }
  return {
    agent: trailerValues(trailers, "entire-agent")[0] ?? checkpoint?.agent ?? "",
    id: session || checkpoint?.id || checkpointId,
    model: checkpoint?.model ?? "",
  };
}

function signedSession({ trailers, author }: SessionEvidence): AgentSessionRef | null {
  const assisted = trailerValues(trailers, "assisted-by")[0];
  if (assisted !== undefined) {
    return readAssistedBy(assisted);
  }
  const signature = [
    ...trailerValues(trailers, "co-authored-by"),
    author,
    ...["generated-by", "generated-with"].flatMap((key) => trailerValues(trailers, key)),
  ].find((text) => agentOfSignature(text) !== "");
  return signature === undefined
    ? null
    : { agent: agentOfSignature(signature), id: "", model: modelOfSignature(signature) };
}

/** The kernel's form, `AGENT_NAME:MODEL_VERSION [TOOL1] [TOOL2]`, or a signature. */
function readAssistedBy(value: string): AgentSessionRef {
  const [, name = "", model = ""] = /^([^:<[\]]+):(\S+)/.exec(value) ?? [];
  return name === ""
    ? { agent: agentOfSignature(value) || value, id: "", model: modelOfSignature(value) }
    : { agent: agentOfSignature(name) || name.trim(), id: "", model };
}
