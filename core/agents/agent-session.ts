import type { AgentEventKind, CodingAgentId } from "../model/agent-event.ts";
import type { SessionCounters } from "./read-counters.ts";

/** One session of a coding agent in numbers; times are RFC 3339 UTC. */
export interface AgentSession {
  readonly id: string;
  readonly agent: CodingAgentId;
  readonly service: string;
  readonly user: string;
  readonly repository: string;
  readonly branch: string;
  readonly models: readonly string[];
  readonly permissionModes: readonly string[];
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly prompts: number;
  readonly toolCalls: number;
  readonly failedToolCalls: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly apiRequests: number;
  readonly apiErrors: number;
  readonly commits: readonly string[];
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly costUsd: number;
  /** Where tokens and cost come from: never from both. */
  readonly usageFrom: "events" | "metrics" | "none";
  /** From metrics; `null` if there are none. */
  readonly linesAdded: number | null;
  readonly linesRemoved: number | null;
  readonly activeSeconds: number | null;
  readonly pullRequests: number | null;
}

/** Sums over the events of one session, kind and signal. */
export interface EventSums {
  readonly Id: string;
  readonly Agent: CodingAgentId;
  readonly Kind: AgentEventKind;
  readonly Signal: "log" | "span";
  readonly Service: string;
  readonly User: string;
  readonly Repository: string;
  readonly Branch: string;
  readonly Models: readonly string[];
  readonly Modes: readonly string[];
  readonly Revisions: readonly string[];
  readonly FirstMs: number;
  readonly LastMs: number;
  readonly Events: number;
  readonly Failed: number;
  readonly Accepted: number;
  readonly Rejected: number;
  readonly Input: number;
  readonly Output: number;
  readonly CacheRead: number;
  readonly CacheWrite: number;
  readonly Cost: number;
}

export interface SessionSource {
  readonly id: string;
  readonly agent: CodingAgentId;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly sums: readonly EventSums[];
  readonly counters: SessionCounters | undefined;
}

/** Copilot's spans say more than its log events; for all other agents it is the other way. */
export function preferredSignal(agent: CodingAgentId): "log" | "span" {
  return agent === "copilot" ? "span" : "log";
}

/** A session from its sums; what an agent reports in two signals counts once. */
export function toAgentSession({
  id,
  agent,
  sums,
  counters,
  firstMs,
  lastMs,
}: SessionSource): AgentSession {
  const kinds = withoutEchoes(agent, sums);
  const requests = kinds.get("api_request");
  const decisions = kinds.get("decision");
  const tools = kinds.get("tool_result");
  return {
    id,
    agent,
    service: firstText(sums, (each) => each.Service),
    user: firstText(sums, (each) => each.User),
    repository: firstText(sums, (each) => each.Repository),
    branch: firstText(sums, (each) => each.Branch),
    models: distinct(sums.flatMap((each) => each.Models)),
    permissionModes: distinct(sums.flatMap((each) => each.Modes)),
    firstSeen: rfc3339(Math.min(firstMs, ...sums.map((each) => each.FirstMs))),
    lastSeen: rfc3339(Math.max(lastMs, ...sums.map((each) => each.LastMs))),
    prompts: kinds.get("prompt")?.Events ?? 0,
    toolCalls: tools?.Events ?? 0,
    failedToolCalls: tools?.Failed ?? 0,
    accepted: decisions?.Accepted ?? 0,
    rejected: decisions?.Rejected ?? 0,
    apiRequests: requests?.Events ?? 0,
    apiErrors: kinds.get("api_error")?.Events ?? 0,
    commits: distinct(kinds.get("commit")?.Revisions ?? []),
    ...usageOf(agent, requests, counters),
    linesAdded: counters?.linesAdded ?? null,
    linesRemoved: counters?.linesRemoved ?? null,
    activeSeconds: counters?.activeSeconds ?? null,
    pullRequests: counters?.pullRequestCount ?? null,
  };
}

/** Tokens and cost: from the requests if they came, else from the counters, never from both. */
function usageOf(
  agent: CodingAgentId,
  requests: EventSums | undefined,
  counters: SessionCounters = {},
): Pick<AgentSession, "usageFrom" | "costUsd" | TokenField> {
  if (requests !== undefined) {
    return {
      inputTokens: requests.Input,
      outputTokens: requests.Output,
      cacheReadTokens: requests.CacheRead,
      cacheWriteTokens: requests.CacheWrite,
      costUsd: requests.Cost,
      usageFrom: "events",
    };
  }
  const { inputTokens = 0, outputTokens = 0, costUsd = 0 } = counters;
  const { cacheReadTokens = 0, cacheWriteTokens = 0 } = counters;
  // Claude Code counts cached tokens apart from the input.
  const apart = agent === "claude-code" ? cacheReadTokens + cacheWriteTokens : 0;
  return {
    inputTokens: inputTokens + apart,
    outputTokens,
    cacheReadTokens,
    cacheWriteTokens,
    costUsd,
    usageFrom: inputTokens + outputTokens + costUsd > 0 ? "metrics" : "none",
  };
}

type TokenField = "inputTokens" | "outputTokens" | "cacheReadTokens" | "cacheWriteTokens";

/** Of each kind the signal that the agent reports best. */
function withoutEchoes(
  agent: CodingAgentId,
  sums: readonly EventSums[],
): Map<AgentEventKind, EventSums> {
  const kept = new Map<AgentEventKind, EventSums>();
  for (const each of sums) {
    if (!kept.has(each.Kind) || each.Signal === preferredSignal(agent)) {
      kept.set(each.Kind, each);
    }
  }
  return kept;
}

function firstText(sums: readonly EventSums[], read: (each: EventSums) => string): string {
  return sums.map(read).find((text) => text !== "") ?? "";
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values.filter((value) => value !== ""))];
}

function rfc3339(unixMs: number): string {
  return new Date(unixMs).toISOString();
}
