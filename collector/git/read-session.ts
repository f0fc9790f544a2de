import type { AgentSessionRef } from "../../core/model/change.ts";
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
 * (`Claude-Session`, `Agent-Logs-Url`, `Entire-Session`, `Entire-Checkpoint`), then signatures
 * (`Assisted-by`, `Co-authored-by`, the author), which name a tool but no session. `null` when
 * nothing speaks of an agent. All of it is claims: anyone can write a trailer or a note.
 */
export function readSession(evidence: SessionEvidence): AgentSessionRef | null {
  const signed = signedSession(evidence);
  const found = evidence.noted ?? trailerSession(evidence) ?? signed;
  return found === null
    ? null
    : {
        agent: found.agent || (signed?.agent ?? ""),
        id: found.id,
        model: found.model || (signed?.model ?? ""),
      };
}

/** The checkpoint a commit names, if its form is one Entire writes (12 hex digits or a ULID). */
export function readCheckpointId(trailers: readonly Trailer[]): string {
  const id = trailerValues(trailers, "entire-checkpoint")[0] ?? "";
  return /^(?:[0-9a-f]{12}|[0-9A-HJKMNP-TV-Z]{26})$/.test(id) ? id : "";
}

function trailerSession({ trailers, checkpoint }: SessionEvidence): AgentSessionRef | null {
  const claude = /\/(session_[A-Za-z0-9]+)\/?$/.exec(
    trailerValues(trailers, "claude-session")[0] ?? "",
  )?.[1];
  if (claude !== undefined) {
    return { agent: "claude-code", id: claude, model: "" };
  }
  const copilot = /\/sessions\/([0-9a-f-]{8,64})\/?$/i.exec(
    trailerValues(trailers, "agent-logs-url")[0] ?? "",
  )?.[1];
  if (copilot !== undefined) {
    return { agent: "copilot", id: copilot, model: "" };
  }
  const entire = trailerValues(trailers, "entire-session")[0] ?? "";
  const checkpointId = readCheckpointId(trailers);
  if (entire === "" && checkpointId === "") {
    return null;
  }
  return {
    agent: trailerValues(trailers, "entire-agent")[0] ?? checkpoint?.agent ?? "",
    id: entire || checkpoint?.id || checkpointId,
    model: checkpoint?.model ?? "",
  };
}

function signedSession({ trailers, author }: SessionEvidence): AgentSessionRef | null {
  const assisted = trailerValues(trailers, "assisted-by")[0];
  if (assisted !== undefined) {
    return readAssistedBy(assisted);
  }
  const signature = [...trailerValues(trailers, "co-authored-by"), author].find(
    (text) => agentOfSignature(text) !== "",
  );
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
