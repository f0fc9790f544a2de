import { cameWith } from "../changes/came-with.ts";
import { carriedCommits, deploymentStart } from "../changes/carried-commits.ts";
import { type ChangeColumns, changeColumns, toChange } from "../changes/change-columns.ts";
import { mergeNoticed } from "../changes/merge-noticed.ts";
import { readChangesById } from "../changes/read-changes.ts";
import { readFinding } from "../findings/read-findings.ts";
import type { Change } from "../model/change.ts";
import type { Finding } from "../model/finding.ts";
import type { Store } from "../store/store.ts";
import { type AuthorshipContext, addAuthorship } from "./add-authorship.ts";
import { claimsAbout, readAgentContext } from "./agent-context.ts";
import { createLineageGraph, type Lineage, type LineageGraph } from "./lineage-graph.ts";

const dayMs = 86_400_000;
const lookbackMs = 14 * dayMs;
// A commit may be older than its deployment, and that than the finding.
const contextMs = 74 * dayMs;
const maxSpans = 20;

/**
 * Where a finding comes from: finding → spans → deployment → commit → pull request → session →
 * prompt → intent, as far as each hop is known. Every attributed change is a node with its
 * probability. An unknown finding gives `null`.
 */
export async function readLineage(
  store: Store,
  tenant: string,
  findingId: string,
): Promise<Lineage | null> {
  const finding = await readFinding(store, tenant, findingId);
  if (finding === null) {
    return null;
  }
  const ids = finding.attribution.flatMap(({ changeId }) => changeId ?? []);
  const attributed = await readChangesById(store, tenant, ids);
  const context = await readContext(store, finding, attributed);
  return buildLineage(finding, attributed, context);
}

/** What the attributed changes refer to. */
interface LineageContext extends AuthorshipContext {
  readonly deployments: readonly Change[];
  readonly commits: readonly Change[];
}

const contextChanges = `
  SELECT ${changeColumns}
  FROM changes FINAL
  WHERE Tenant = {tenant:String}
    AND Time >= fromUnixTimestamp64Milli({from:Int64})
    AND Time <= fromUnixTimestamp64Milli({to:Int64})
    AND (
      (Kind = 'deployment' AND Service = {service:String})
      OR (Kind = 'commit' AND Repository IN {repositories:Array(String)})
      OR (Kind = 'pull_request'
        AND (ChangeId IN {pullRequests:Array(String)} OR PullRequest IN {pullRequests:Array(String)}))
      OR (Kind = 'agent_session'
        AND (ChangeId IN {sessions:Array(String)} OR SessionId IN {sessions:Array(String)}))
    )
  ORDER BY Time DESC, ChangeId
  LIMIT 10000`;

async function readContext(
  store: Store,
  finding: Finding,
  attributed: readonly Change[],
): Promise<LineageContext> {
  const onset = Date.parse(finding.onset);
  const agents = await readAgentContext(store, finding.tenant, attributed);
  const rows = await store.query<ChangeColumns>(contextChanges, {
    tenant: finding.tenant,
    service: finding.service,
    from: onset - contextMs,
    to: Date.parse(finding.lastSeen) + dayMs,
    repositories: distinct(attributed.map(({ repository }) => repository)),
    pullRequests: distinct(attributed.map(({ pullRequest }) => pullRequest)),
    sessions: distinct(
      attributed.flatMap((change) => claimsAbout(change, agents)).map(({ sessionId }) => sessionId),
    ),
  });
  const changes = mergeNoticed(rows.map(toChange));
  const byKind = Map.groupBy(changes, ({ kind }) => kind);
  return {
    deployments: byKind.get("deployment") ?? [],
    commits: byKind.get("commit") ?? [],
    pullRequests: byKind.get("pull_request") ?? [],
    sessions: byKind.get("agent_session") ?? [],
    agents,
  };
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values.filter((value) => value !== ""))];
}

function buildLineage(
  finding: Finding,
  attributed: readonly Change[],
  context: LineageContext,
): Lineage {
  const graph = createLineageGraph();
  const origin = `finding:${finding.id}`;
  graph.node({ id: origin, kind: "finding", label: finding.title, time: finding.firstSeen });
  const spans = addSpans(graph, finding, origin);
  const probabilities = new Map(
    finding.attribution.map(({ changeId, probability }) => [changeId, probability]),
  );
  const carriers = carriersOf(finding, attributed, context);
  for (const change of attributed) {
    const probability = probabilities.get(change.changeId) ?? 0;
    const id = addChange(graph, change, probability);
    const deployments = carriers.get(change.changeId) ?? [];
    for (const deployment of deployments) {
      const carrier = addChange(graph, deployment, probabilities.get(deployment.changeId));
      graph.edge(carrier, id);
      connect(graph, spans, carrier);
    }
    if (deployments.length === 0) {
      connect(graph, spans, id);
    }
    addAuthorship(graph, addDeployedCommit(graph, { id, change, context }));
  }
  return graph.build();
}

/**
 * The authorship of a deployment is that of the commit it deployed, which becomes a node of its
 * own. It may be known from a change event or only from the agent that made it.
 */
function addDeployedCommit(
  graph: LineageGraph,
  { id, change, context }: { id: string; change: Change; context: LineageContext },
): { id: string; change: Change; context: LineageContext } {
  const { kind, revision } = change;
  const known = context.commits.find(({ changeId }) => changeId === revision);
  const made = context.agents.commitEvents.some(
    (event) => event.kind === "commit" && revision.startsWith(event.revision),
  );
  if (kind !== "deployment" || (known === undefined && !made)) {
    return { id, change, context };
  }
  const commit = known ?? { ...change, kind: "commit", changeId: revision, name: "", version: "" };
  const commitId = addChange(graph, commit, undefined);
  graph.edge(id, commitId);
  return { id: commitId, change: commit, context };
}

function addSpans(graph: LineageGraph, finding: Finding, origin: string): string[] {
  const spans = finding.evidence.filter(({ traceId }) => traceId !== "").slice(0, maxSpans);
  const ids = spans.map(({ traceId, spanId, time, detector }) => {
    const id = `span:${traceId}/${spanId}`;
    graph.node({ id, kind: "span", label: detector, time });
    graph.edge(origin, id);
    return id;
  });
  return ids.length > 0 ? ids : [origin];
}

function connect(graph: LineageGraph, from: readonly string[], to: string): void {
  for (const each of from) {
    graph.edge(each, to);
  }
}

/** The deployments before the onset that carried each attributed change. */
function carriersOf(
  finding: Finding,
  attributed: readonly Change[],
  { deployments, commits }: LineageContext,
): Map<string, Change[]> {
  const wanted = new Set(
    attributed.filter(({ kind }) => kind === "commit").map(({ changeId }) => changeId),
  );
  const onset = Date.parse(finding.onset);
  const known = [
    ...new Map(
      [...commits, ...attributed.filter(({ kind }) => kind === "commit")].map((commit) => [
        commit.changeId,
        commit,
      ]),
    ).values(),
  ];
  const carriers = new Map<string, Change[]>();
  for (const deployment of deployments) {
    const inEnvironment =
      deployment.environment === finding.environment ||
      deployment.environment === "" ||
      finding.environment === "";
    const start = deploymentStart(deployment);
    const inTime = start >= onset - lookbackMs && start <= Date.parse(finding.lastSeen);
    const relevant = inEnvironment && inTime;
    const carried = relevant ? carriedCommits(deployment, deployments, known) : [];
    for (const { changeId } of carried.filter((commit) => wanted.has(commit.changeId))) {
      carriers.set(changeId, [...(carriers.get(changeId) ?? []), deployment]);
    }
    // Deployments come newest first: a package, model or prompt came with the nearest one.
    for (const { changeId } of relevant
      ? attributed.filter((each) => cameWith(deployment, each))
      : []) {
      carriers.set(changeId, carriers.get(changeId) ?? [deployment]);
    }
  }
  return carriers;
}

function addChange(graph: LineageGraph, change: Change, probability: number | undefined): string {
  const id = `${change.kind}:${change.changeId}`;
  graph.node({
    id,
    kind: change.kind,
    label: change.name || change.version || firstLine(change.message) || change.changeId,
    ...(change.revision === "" ? {} : { revision: change.revision }),
    ...(change.session === null ? {} : { sessionId: change.session.id }),
    time: new Date(change.timeUnixMs).toISOString(),
    ...(probability === undefined ? {} : { probability }),
  });
  return id;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]?.slice(0, 200) ?? "";
}
