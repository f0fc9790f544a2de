import type { Clock } from "../../core/clock.ts";
import type { Store } from "../../core/store/store.ts";
import { type Containment, groupIncidents, type Incident } from "./incident.ts";
import { type Candidate, maxAgeDays } from "./read-candidates.ts";
import { readContainment, readSuccesses } from "./read-overlaps.ts";

/** A candidate with what its detections tell about it. */
export interface IncidentMember extends Candidate {
  readonly hasSucceeded: boolean;
  /** Whether a harmful act of critical severity has succeeded at least once. */
  readonly criticalSuccess: boolean;
}

/** What detections say about one set of findings; it changes slowly and is kept for a while. */
interface Relations {
  readonly containment: Containment;
  readonly successes: Awaited<ReturnType<typeof readSuccesses>>;
  readonly readAtUnixMs: number;
  readonly revisions: string;
}

/** New detections alone lead to another look at most this often. */
const lookAgainMs = 30_000;

/** Beyond so many findings of one service the lesser ones are not compared: pairs grow fast. */
const maxCompared = 100;

/** Groups candidates of the same tenant, service and environment into incidents. */
export function createIncidentReader(dependencies: {
  readonly reads: Store;
  readonly clock: Clock;
}): (candidates: readonly Candidate[]) => Promise<Incident<IncidentMember>[]> {
  const { reads, clock } = dependencies;
  let known = new Map<string, Relations>();

  async function relationsOf(candidates: readonly Candidate[]): Promise<Relations> {
    const revisions = candidates
      .map(({ id, revision }) => `${id}/${revision}`)
      .toSorted()
      .join();
    const before = known.get(membership(candidates));
    const isFresh =
      before !== undefined &&
      (before.revisions === revisions || clock.now() - before.readAtUnixMs < lookAgainMs);
    return isFresh ? before : readRelations(candidates, revisions);
  }

  async function readRelations(
    candidates: readonly Candidate[],
    revisions: string,
  ): Promise<Relations> {
    const query = {
      tenant: candidates[0]?.tenant ?? "",
      fingerprints: candidates.map(({ fingerprint }) => fingerprint),
      fromUnixMs: Math.max(
        clock.now() - maxAgeDays * 86_400_000,
        Math.min(...candidates.map(({ firstSeenUnixMs }) => firstSeenUnixMs)),
      ),
    };
    const isAlone = candidates.length === 1;
    return {
      containment: isAlone ? () => 0 : await readContainment(reads, query),
      successes: await readSuccesses(reads, query),
      readAtUnixMs: clock.now(),
      revisions,
    };
  }

  return async (candidates) => {
    const incidents: Incident<IncidentMember>[] = [];
    const current = new Map<string, Relations>();
    const scopes = Map.groupBy(candidates, ({ tenant, service, environment }) =>
      JSON.stringify([tenant, service, environment]),
    );
    for (const group of [...scopes.values()].flatMap(compared)) {
      const relations = await relationsOf(group);
      current.set(membership(group), relations);
      const members = group.map((candidate) => memberOf(candidate, relations));
      incidents.push(...groupIncidents(members, relations.containment));
    }
    known = current;
    return incidents;
  };
}

/** The gravest findings of a service together, and each of the rest by itself. */
function compared(group: readonly Candidate[]): (readonly Candidate[])[] {
  const rest = group.slice(maxCompared).map((candidate) => [candidate]);
  return [group.slice(0, maxCompared), ...rest];
}

function membership(candidates: readonly Candidate[]): string {
  return candidates
    .map(({ tenant, id }) => `${tenant}/${id}`)
    .toSorted()
    .join();
}

function memberOf(candidate: Candidate, { successes }: Relations): IncidentMember {
  const { fingerprint } = candidate;
  return {
    ...candidate,
    hasSucceeded: successes.any.has(fingerprint),
    criticalSuccess: successes.critical.has(fingerprint),
  };
}
