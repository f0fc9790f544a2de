import { type CursorKey, encodeCursor, type Page, type PageRule } from "../http/paging.ts";
import type { CodingAgentId } from "../model/agent-event.ts";
import type { Store } from "../store/store.ts";
import { agentCounters } from "./agent-counters.ts";
import { type AgentSession, type EventSums, toAgentSession } from "./agent-session.ts";
import { readCounters } from "./read-counters.ts";
import { ofSessions, sessionEvents } from "./session-events.ts";

export interface SessionFilter {
  readonly agent?: CodingAgentId | undefined;
  /** Only sessions that did something at or after this time, Unix milliseconds. */
  readonly sinceUnixMs?: number | undefined;
}

/** Paging of session lists: time of the last event and id. */
export const sessionPageRule: PageRule = {
  defaultLimit: 50,
  maxLimit: 200,
  key: ["number", "string"],
};

/** Sessions that sent events, and those that sent counters only. */
const sessionIds = `
  SELECT Id, any(SessionAgent) AS Agent, min(TimeMs) AS FirstMs, max(TimeMs) AS LastMs
  FROM (
    SELECT SessionId AS Id, toString(Agent) AS SessionAgent, toUnixTimestamp64Milli(Time) AS TimeMs
    FROM ${sessionEvents("Time >= fromUnixTimestamp64Milli({since:Int64})")}
    UNION ALL
    SELECT
      Attributes['session.id'] AS Id,
      if(startsWith(MetricName, 'claude_code.'), 'claude-code', 'gemini-cli') AS SessionAgent,
      toUnixTimestamp64Milli(toDateTime64(TimeUnix, 3)) AS TimeMs
    FROM otel_metrics_sum
    WHERE Tenant = {tenant:String}
      AND MetricName IN {metrics:Array(String)}
      AND TimeUnix >= fromUnixTimestamp64Milli({since:Int64})
  )
  WHERE Id != ''
    AND ({agent:String} = '' OR SessionAgent = {agent:String})
    AND ({id:String} = '' OR Id = {id:String})
  GROUP BY Id
  HAVING (LastMs, Id) < ({time:Int64}, {last:String})
  ORDER BY LastMs DESC, Id DESC
  LIMIT {limit:UInt32}`;

interface SessionId {
  readonly Id: string;
  readonly Agent: CodingAgentId;
  readonly FirstMs: number;
  readonly LastMs: number;
}

const firstPage: CursorKey = [Number.MAX_SAFE_INTEGER, ""];

/** Sessions of a tenant's coding agents, the last active first. */
export async function listSessions(
  store: Store,
  tenant: string,
  filter: SessionFilter,
  page: Page,
): Promise<{ items: AgentSession[]; nextCursor: string | null }> {
  const rows = await readIds(store, tenant, {
    filter,
    id: "",
    after: page.after,
    limit: page.limit + 1,
  });
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    items: await summarize(store, tenant, shown),
    nextCursor:
      rows.length > shown.length && last !== undefined
        ? encodeCursor([last.LastMs, last.Id])
        : null,
  };
}

/** One session in numbers, or `null`. */
export async function readSessionSums(
  store: Store,
  tenant: string,
  id: string,
): Promise<AgentSession | null> {
  const rows = await readIds(store, tenant, { filter: {}, id, after: null, limit: 1 });
  const [session] = await summarize(store, tenant, rows);
  return session ?? null;
}

function readIds(
  store: Store,
  tenant: string,
  {
    filter,
    id,
    after,
    limit,
  }: { filter: SessionFilter; id: string; after: CursorKey | null; limit: number },
): Promise<SessionId[]> {
  const [time, last] = after ?? firstPage;
  return store.query<SessionId>(sessionIds, {
    tenant,
    id,
    agent: filter.agent ?? "",
    since: Math.trunc(filter.sinceUnixMs ?? 0),
    metrics: agentCounters.map(({ metric }) => metric),
    time,
    last,
    limit,
  });
}

const eventSums = `
  SELECT
    SessionId AS Id, any(e.Agent) AS Agent, Kind, Signal,
    anyLast(ServiceName) AS Service, max(UserDigest) AS User,
    max(e.Repository) AS Repository, max(e.Branch) AS Branch,
    groupUniqArray(20)(Model) AS Models,
    groupUniqArray(20)(PermissionMode) AS Modes,
    groupUniqArray(200)(CommitRevision) AS Revisions,
    toUnixTimestamp64Milli(min(Time)) AS FirstMs, toUnixTimestamp64Milli(max(Time)) AS LastMs,
    count() AS Events, countIf(Success = false) AS Failed,
    countIf(Decision = 'accept') AS Accepted, countIf(Decision = 'reject') AS Rejected,
    sum(InputTokens) AS Input, sum(OutputTokens) AS Output,
    sum(CacheReadTokens) AS CacheRead, sum(CacheWriteTokens) AS CacheWrite,
    sum(CostUsd) AS Cost
  FROM ${sessionEvents(ofSessions)} AS e
  WHERE SessionId IN {sessions:Array(String)}
  GROUP BY SessionId, Kind, Signal
  ORDER BY Kind, Signal`;

async function summarize(
  store: Store,
  tenant: string,
  rows: readonly SessionId[],
): Promise<AgentSession[]> {
  if (rows.length === 0) {
    return [];
  }
  const sessions = rows.map(({ Id }) => Id);
  const sums = await store.query<EventSums>(eventSums, { tenant, sessions });
  const bySession = Map.groupBy(sums, ({ Id }) => Id);
  const counters = await readCounters(store, tenant, sessions);
  return rows.map(({ Id, Agent, FirstMs, LastMs }) =>
    toAgentSession({
      id: Id,
      agent: Agent,
      firstMs: FirstMs,
      lastMs: LastMs,
      sums: bySession.get(Id) ?? [],
      counters: counters.get(Id),
    }),
  );
}
