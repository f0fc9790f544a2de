import type { Change } from "../model/change.ts";
import { type AgentContext, claimsAbout, promptBehind } from "./agent-context.ts";
import type { LineageGraph, LineageNode } from "./lineage-graph.ts";
import { type SessionClaim, shownSource } from "./session-claim.ts";

/** Events about the pull requests and sessions that changes name. */
export interface AuthorshipContext {
  readonly pullRequests: readonly Change[];
  readonly sessions: readonly Change[];
  readonly agents: AgentContext;
}

interface Authorship {
  readonly id: string;
  readonly change: Change;
  readonly context: AuthorshipContext;
}

/**
 * Adds change → pull request → session → prompt → intent; a hop that is unknown is skipped. The
 * chain goes through the session that is known best; other sessions that are claimed for the
 * change hang beside it, each with its source.
 */
export function addAuthorship(graph: LineageGraph, { id, change, context }: Authorship): void {
  const request = pullRequestOf(change, context.pullRequests);
  let from = id;
  if (change.pullRequest !== "") {
    from = follow(graph, from, pullRequestNode(change, request));
  }
  const above = from;
  const [best, ...others] = sessionsBehind(change, request, context.agents);
  if (best !== undefined) {
    from = follow(graph, from, sessionNode(best));
  }
  const event = sessionEvent(best?.[0], context.sessions);
  const prompt = promptNode(change, best, context);
  const words = prompt ?? wordsNode(change, event?.prompt || request?.prompt || "");
  if (words !== null) {
    from = follow(graph, from, words);
  }
  const intent = change.intent || event?.intent || request?.intent || "";
  if (intent !== "") {
    follow(graph, from, { id: `intent:${intent}`, kind: "intent", label: intent, intent });
  }
  for (const other of others) {
    const session = follow(graph, above, sessionNode(other));
    const said = loggedPromptNode(other, change, context.agents);
    if (said !== null) {
      follow(graph, session, said);
    }
  }
}

/** Adds a node below another; returns its id. */
function follow(graph: LineageGraph, from: string, node: LineageNode): string {
  graph.node(node);
  graph.edge(from, node.id);
  return node.id;
}

function pullRequestNode(change: Change, request: Change | undefined): LineageNode {
  return {
    id: `pull_request:${change.repository}#${change.pullRequest}`,
    kind: "pull_request",
    label: request?.name || change.pullRequest,
  };
}

/** All claims of one session, the surest first; at least one. */
type SessionClaims = readonly [SessionClaim, ...SessionClaim[]];

/** Sessions by their surest claim. A mere signature says nothing beside a session of its agent. */
function sessionsBehind(
  change: Change,
  request: Change | undefined,
  agents: AgentContext,
): SessionClaims[] {
  const own = claimsAbout(change, agents);
  const claims = own.length > 0 || request === undefined ? own : claimsAbout(request, agents);
  const named = claims.filter(
    (claim) =>
      claim.sessionId !== "" ||
      !claims.some(({ agent, sessionId }) => sessionId !== "" && agent === claim.agent),
  );
  const bySession = Map.groupBy(named, ({ agent, sessionId }) => sessionId || `${agent}/`);
  return [...bySession.values()].flatMap(([first, ...rest]) =>
    first === undefined ? [] : [[first, ...rest] as const],
  );
}

function sessionNode(claims: SessionClaims): LineageNode {
  const agent = claims.map((claim) => claim.agent).find((text) => text !== "") ?? "";
  const model = claims.map((claim) => claim.model).find((text) => text !== "") ?? "";
  const { sessionId } = claims[0];
  const sources = [...new Set(claims.map(({ source }) => source))].map(shownSource);
  return {
    id: `session:${agent}/${sessionId}`,
    kind: "session",
    label: [agent, model].filter((text) => text !== "").join(" "),
    sessionId,
    sources,
  };
}

function sessionEvent(
  claim: SessionClaim | undefined,
  sessions: readonly Change[],
): Change | undefined {
  return sessions.find(
    (each) =>
      claim !== undefined &&
      (each.changeId === claim.sessionId || each.session?.id === claim.sessionId),
  );
}

/** Words that the agent itself logged come before words that were attached to the change. */
function promptNode(
  change: Change,
  best: SessionClaims | undefined,
  { agents }: AuthorshipContext,
): LineageNode | null {
  return (
    (best === undefined ? null : loggedPromptNode(best, change, agents)) ??
    wordsNode(change, change.prompt)
  );
}

function loggedPromptNode(
  claims: SessionClaims,
  change: Change,
  agents: AgentContext,
): LineageNode | null {
  // A claim that names its prompt is surer about it than one that only names the session.
  const ordered = claims.toSorted((a, b) => Number(a.promptId === "") - Number(b.promptId === ""));
  for (const claim of ordered) {
    const prompt = promptBehind(claim, change, agents);
    if (prompt !== undefined) {
      const { sessionId, promptId, text, timeUnixMs } = prompt;
      const own = promptId || String(timeUnixMs);
      const time = new Date(timeUnixMs).toISOString();
      return { id: `prompt:${sessionId}/${own}`, kind: "prompt", prompt: text, time };
    }
  }
  return null;
}

function wordsNode(change: Change, prompt: string): LineageNode | null {
  return prompt === "" ? null : { id: `prompt:${change.changeId}`, kind: "prompt", prompt };
}

function pullRequestOf(change: Change, pullRequests: readonly Change[]): Change | undefined {
  return pullRequests.find(
    (each) =>
      change.pullRequest !== "" &&
      (each.changeId === change.pullRequest || each.pullRequest === change.pullRequest) &&
      (each.repository === change.repository || each.repository === ""),
  );
}
