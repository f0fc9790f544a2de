import type { CodingAgentId } from "../model/agent-event.ts";
import type { Store } from "../store/store.ts";
import { sessionEvents } from "./session-events.ts";

/** An agent's word that it made a commit, or worked on top of it. */
export interface CommitEvent {
  /** `base_commit`: checked out while the agent worked. */
  readonly kind: "commit" | "base_commit";
  /** 7 to 64 hex: the beginning of the full id. */
  readonly revision: string;
  readonly agent: CodingAgentId;
  readonly sessionId: string;
  readonly promptId: string;
  readonly repository: string;
  readonly timeUnixMs: number;
}

const commitEvents = `
  SELECT
    Kind AS kind, CommitRevision AS revision, Agent AS agent, SessionId AS sessionId,
    PromptId AS promptId, Repository AS repository, toUnixTimestamp64Milli(Time) AS timeUnixMs
  FROM ${sessionEvents(
    "Kind IN ('commit', 'base_commit') AND substring(CommitRevision, 1, 7) IN {starts:Array(String)}",
  )}
  ORDER BY Time, Id
  LIMIT 1000`;

/** What coding agents said of these commits, oldest first. */
export async function readCommitEvents(
  store: Store,
  tenant: string,
  revisions: readonly string[],
): Promise<CommitEvent[]> {
  const known = revisions.filter((revision) => revision !== "");
  if (known.length === 0) {
    return [];
  }
  const starts = [...new Set(known.map((revision) => revision.slice(0, 7)))];
  const rows = await store.query<CommitEvent>(commitEvents, { tenant, starts });
  return rows
    .filter(({ revision }) => known.some((full) => full.startsWith(revision)))
    .map((row) => ({ ...row, timeUnixMs: row.timeUnixMs }));
}

/** A logged prompt of a session. */
export interface LoggedPrompt {
  readonly sessionId: string;
  readonly promptId: string;
  /** Masked. */
  readonly text: string;
  readonly timeUnixMs: number;
}

const promptsOfSessions = `
  SELECT
    Session AS sessionId, PromptId AS promptId, Text AS text,
    toUnixTimestamp64Milli(Time) AS timeUnixMs
  FROM agent_events FINAL
  WHERE Tenant = {tenant:String} AND Session IN {sessions:Array(String)}
    AND Kind = 'prompt' AND Text != ''
  ORDER BY Time, Id
  LIMIT 10000`;

/** The logged prompts of sessions, oldest first. */
export async function readPrompts(
  store: Store,
  tenant: string,
  sessions: readonly string[],
): Promise<LoggedPrompt[]> {
  if (sessions.length === 0) {
    return [];
  }
  const rows = await store.query<LoggedPrompt>(promptsOfSessions, { tenant, sessions });
  return rows.map((row) => ({ ...row, timeUnixMs: row.timeUnixMs }));
}
