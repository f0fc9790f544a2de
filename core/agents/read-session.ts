import type { AgentEvent, CodingAgentId } from "../model/agent-event.ts";
import type { Store } from "../store/store.ts";
import { type AgentSession, preferredSignal } from "./agent-session.ts";
import { readSessionSums } from "./read-sessions.ts";
import { ofSessions, sessionEvents } from "./session-events.ts";

/** A prompt with what was done for it. */
export interface SessionPrompt {
  readonly id: string;
  /** RFC 3339 UTC. */
  readonly time: string;
  /** Masked, and hostile like all text from outside; empty unless the agent logs prompts. */
  readonly text: string;
  readonly toolCalls: number;
  readonly costUsd: number;
  readonly commits: readonly string[];
}

export type SessionEvent = Pick<
  AgentEvent,
  | "kind"
  | "promptId"
  | "text"
  | "tool"
  | "toolCallId"
  | "command"
  | "decision"
  | "decisionSource"
  | "success"
  | "durationMs"
  | "model"
  | "inputTokens"
  | "outputTokens"
  | "costUsd"
  | "revision"
  | "permissionMode"
> & { readonly time: string };

export interface SessionDetail extends AgentSession {
  readonly promptList: readonly SessionPrompt[];
  /** In the order of time. */
  readonly events: readonly SessionEvent[];
  /** True if the session has more events than are listed. */
  readonly truncated: boolean;
}

const maxEvents = 2000;

const eventsOfSession = `
  SELECT
    toUnixTimestamp64Milli(Time) AS timeMs, Kind AS kind, Signal AS signal, PromptId AS promptId,
    Text AS text, Tool AS tool, ToolCallId AS toolCallId, Command AS command,
    Decision AS decision, DecisionSource AS decisionSource, Success AS success,
    DurationMs AS durationMs, Model AS model, toFloat64(InputTokens) AS inputTokens,
    toFloat64(OutputTokens) AS outputTokens, CostUsd AS costUsd, CommitRevision AS revision,
    PermissionMode AS permissionMode
  FROM ${sessionEvents(ofSessions)}
  WHERE SessionId IN {sessions:Array(String)}
  ORDER BY Time, Id
  LIMIT {limit:UInt32}`;

type EventRow = Omit<SessionEvent, "time"> &
  Pick<AgentEvent, "signal"> & { readonly timeMs: number };

/** One session with its prompts and events, or `null`. */
export async function readSession(
  store: Store,
  tenant: string,
  id: string,
): Promise<SessionDetail | null> {
  const session = await readSessionSums(store, tenant, id);
  if (session === null) {
    return null;
  }
  const rows = await store.query<EventRow>(eventsOfSession, {
    tenant,
    sessions: [id],
    limit: maxEvents + 1,
  });
  const events = withoutEchoes(session.agent, rows.slice(0, maxEvents)).map(toEvent);
  return {
    ...session,
    promptList: promptsOf(events),
    events,
    truncated: rows.length > maxEvents,
  };
}

/** Of each kind the signal that the agent reports best. */
function withoutEchoes(agent: CodingAgentId, rows: readonly EventRow[]): EventRow[] {
  const preferred = preferredSignal(agent);
  const kinds = new Set(rows.filter(({ signal }) => signal === preferred).map(({ kind }) => kind));
  return rows.filter(({ kind, signal }) => signal === preferred || !kinds.has(kind));
}

function toEvent({ timeMs, signal: _signal, ...rest }: EventRow): SessionEvent {
  return { ...rest, time: new Date(timeMs).toISOString() };
}

function promptsOf(events: readonly SessionEvent[]): SessionPrompt[] {
  const byPrompt = Map.groupBy(events, ({ promptId }) => promptId);
  return events
    .filter(({ kind }) => kind === "prompt")
    .map(({ promptId, time, text }) => {
      const done = promptId === "" ? [] : (byPrompt.get(promptId) ?? []);
      return {
        id: promptId,
        time,
        text,
        toolCalls: done.filter(({ kind }) => kind === "tool_result").length,
        costUsd: done.reduce((sum, { costUsd }) => sum + costUsd, 0),
        commits: done.filter(({ kind }) => kind === "commit").map(({ revision }) => revision),
      };
    });
}
