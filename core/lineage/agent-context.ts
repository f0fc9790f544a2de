import {
  type CommitEvent,
  type LoggedPrompt,
  readCommitEvents,
  readPrompts,
} from "../agents/read-commit-sessions.ts";
import type { Change } from "../model/change.ts";
import type { Store } from "../store/store.ts";
import { claimsOfChange } from "./claims-of-change.ts";
import { bySurest, type SessionClaim } from "./session-claim.ts";

/** What coding agents' telemetry says about commits and prompts. */
export interface AgentContext {
  readonly commitEvents: readonly CommitEvent[];
  readonly prompts: readonly LoggedPrompt[];
}

/** Reads what agents said of the changes' revisions, their parents, and the sessions named. */
export async function readAgentContext(
  store: Store,
  tenant: string,
  changes: readonly Change[],
): Promise<AgentContext> {
  const commitEvents = await readCommitEvents(
    store,
    tenant,
    changes.flatMap(({ revision, parents }) => [revision, ...parents]),
  );
  const named = changes.flatMap(claimsOfChange).map(({ sessionId }) => sessionId);
  const sessions = new Set([...commitEvents.map(({ sessionId }) => sessionId), ...named]);
  sessions.delete("");
  return { commitEvents, prompts: await readPrompts(store, tenant, [...sessions]) };
}

/** Every claim about the session behind a change, the surest first. */
export function claimsAbout(change: Change, { commitEvents }: AgentContext): SessionClaim[] {
  const made = commitEvents
    .filter((event) => event.kind === "commit" && names(event, change.revision))
    .map((event) => toClaim(event, "commit_event"));
  const worked = commitEvents
    .filter((event) => event.kind === "base_commit" && isOnTop(event, change))
    .map((event) => toClaim(event, "base_commit"));
  // Of the sessions that worked on the parent the last one before the commit counts.
  return bySurest([...claimsOfChange(change), ...made, ...worked.slice(-1)]);
}

function names({ revision }: CommitEvent, full: string): boolean {
  return full !== "" && full.startsWith(revision);
}

function isOnTop(event: CommitEvent, { kind, parents, timeUnixMs }: Change): boolean {
  return (
    kind === "commit" &&
    event.timeUnixMs <= timeUnixMs &&
    parents.some((parent) => names(event, parent))
  );
}

function toClaim(event: CommitEvent, source: "commit_event" | "base_commit"): SessionClaim {
  const { agent, sessionId, promptId } = event;
  return { source, agent, sessionId, promptId, model: "" };
}

/**
 * The logged words behind a claim: of its prompt if it names one, else the session's last words
 * before the commit.
 */
export function promptBehind(
  { sessionId, promptId }: SessionClaim,
  { timeUnixMs }: Change,
  { prompts }: AgentContext,
): LoggedPrompt | undefined {
  const own = sessionId === "" ? [] : prompts.filter((each) => each.sessionId === sessionId);
  return promptId === ""
    ? own.findLast((each) => each.timeUnixMs <= timeUnixMs)
    : own.find((each) => each.promptId === promptId);
}
