import type { Change } from "../model/change.ts";
import type { LineageGraph, LineageNode } from "./lineage-graph.ts";

/** Events about the pull requests and sessions that changes name. */
export interface AuthorshipContext {
  readonly pullRequests: readonly Change[];
  readonly sessions: readonly Change[];
}

/** Adds change → pull request → session → prompt → intent; a hop that is unknown is skipped. */
export function addAuthorship(
  graph: LineageGraph,
  { id, change, context }: { id: string; change: Change; context: AuthorshipContext },
): void {
  let from = id;
  for (const node of authorshipNodes(change, context)) {
    graph.node(node);
    graph.edge(from, node.id);
    from = node.id;
  }
}

function authorshipNodes(change: Change, context: AuthorshipContext): LineageNode[] {
  const request = pullRequestOf(change, context.pullRequests);
  const session = change.session ?? request?.session ?? null;
  const event = context.sessions.find(
    (each) => session !== null && (each.changeId === session.id || each.session?.id === session.id),
  );
  const nodes: LineageNode[] = [];
  if (change.pullRequest !== "") {
    const pullRequestId = `pull_request:${change.repository}#${change.pullRequest}`;
    const label = request?.name || change.pullRequest;
    nodes.push({ id: pullRequestId, kind: "pull_request", label });
  }
  if (session !== null) {
    const sessionId = session.id;
    const label = [session.agent, session.model].filter((text) => text !== "").join(" ");
    nodes.push({ id: `session:${session.agent}/${sessionId}`, kind: "session", label, sessionId });
  }
  const prompt = change.prompt || event?.prompt || request?.prompt || "";
  if (prompt !== "") {
    nodes.push({ id: `prompt:${change.changeId}`, kind: "prompt", prompt });
  }
  const intent = change.intent || event?.intent || request?.intent || "";
  if (intent !== "") {
    nodes.push({ id: `intent:${intent}`, kind: "intent", label: intent, intent });
  }
  return nodes;
}

function pullRequestOf(change: Change, pullRequests: readonly Change[]): Change | undefined {
  return pullRequests.find(
    (each) =>
      change.pullRequest !== "" &&
      (each.changeId === change.pullRequest || each.pullRequest === change.pullRequest) &&
      (each.repository === change.repository || each.repository === ""),
  );
}
