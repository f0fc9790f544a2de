import { type ChangeColumns, changeColumns, toChange } from "../../core/changes/change-columns.ts";
import type { Change } from "../../core/model/change.ts";
import type { Store } from "../../core/store/store.ts";

/**
 * Joins deployments that name a digest but no commit with attestations that name both, whichever
 * came first. `details.revisionFrom` says which statement the commit is taken from: it is as true
 * as that statement. Statements that disagree about the commit join nothing.
 *
 * @returns the changes with what was joined, and the deployments stored earlier that are now joined.
 */
export async function joinArtifacts(store: Store, changed: readonly Change[]): Promise<Change[]> {
  const open = changed.filter(isOpen);
  const builds = changed.filter(isBuild);
  if (open.length === 0 && builds.length === 0) {
    return [...changed];
  }
  const own = new Set(changed.map(keyOf));
  const earlier: Change[] = [];
  const known: Change[] = [...builds];
  for (const [tenant, group] of Map.groupBy([...open, ...builds], (each) => each.tenant)) {
    const digests = [...new Set(group.flatMap(({ artifacts }) => artifacts))];
    const rows = await store.query<ChangeColumns>(changesOfDigests, { tenant, digests });
    const stored = rows.map(toChange).filter((change) => !own.has(keyOf(change)));
    earlier.push(
      ...stored.filter((each) => isOpen(each) && builds.some((one) => share(one, each))),
    );
    known.push(...stored.filter(isBuild));
  }
  const joined = earlier.map((each) => join(each, known)).filter((each) => each.revision !== "");
  return [...changed.map((each) => (isOpen(each) ? join(each, known) : each)), ...joined];
}

const changesOfDigests = `
  SELECT ${changeColumns}
  FROM changes FINAL
  WHERE Tenant = {tenant:String} AND hasAny(Artifacts, {digests:Array(String)})
    AND (Kind = 'artifact' AND CommitRevision != ''
      OR Kind = 'deployment' AND CommitRevision = '')
  ORDER BY Time DESC, ChangeId
  LIMIT 10000`;

function isOpen({ kind, artifacts, revision }: Change): boolean {
  return kind === "deployment" && artifacts.length > 0 && revision === "";
}

function isBuild({ kind, artifacts, revision }: Change): boolean {
  return kind === "artifact" && artifacts.length > 0 && revision !== "";
}

function join(deployment: Change, builds: readonly Change[]): Change {
  const matching = builds
    .filter((build) => share(build, deployment))
    .toSorted((a, b) => (a.changeId < b.changeId ? -1 : 1));
  const [build] = matching;
  if (build === undefined || new Set(matching.map(({ revision }) => revision)).size > 1) {
    return deployment;
  }
  return {
    ...deployment,
    revision: build.revision,
    repository: deployment.repository || build.repository,
    details: { ...deployment.details, revisionFrom: build.changeId },
  };
}

/** Whether two changes of one tenant name the same digest. */
function share(a: Change, b: Change): boolean {
  return a.tenant === b.tenant && a.artifacts.some((digest) => b.artifacts.includes(digest));
}

function keyOf({ tenant, changeId }: Change): string {
  return `${tenant}/${changeId}`;
}
