import { byFirstUse, learningMs, type SeenValue } from "./noticed-value.ts";

/** What spans say about the release that sent them; the strongest statement first. */
export const releaseFacts = [
  "service.version",
  "deployment.id",
  "vcs.ref.head.revision",
  "image digest",
  "container.image.tag",
  "k8s.deployment.name",
  "pod template hash",
  "vcs.repository.url.full",
] as const;

export type ReleaseFact = (typeof releaseFacts)[number];

/** Names of things rather than of releases: a new one alone is no release. */
const descriptive: readonly ReleaseFact[] = ["k8s.deployment.name", "vcs.repository.url.full"];

/** A release that was not there before, with all that its first hour says of it. */
export interface NovelRelease {
  /** The strongest fact that was new, its value, and the value before. */
  readonly fact: ReleaseFact;
  readonly value: string;
  readonly previous: string;
  readonly facts: ReadonlyMap<ReleaseFact, string>;
  readonly digests: readonly string[];
  readonly first: SeenValue;
}

/** Weaker facts that turn up this long after a release belong to it: its other workloads. */
const rolloutMs = 3_600_000;

/**
 * Releases of a stream in order of first use. A combination of facts is a release if one of them
 * was never seen before; what the first ten minutes show is the baseline. Versions that run side
 * by side are each new once, so a canary is one release and its end is none.
 */
export function novelReleases(seen: readonly SeenValue[]): NovelRelease[] {
  const known = new Map<ReleaseFact, Set<string>>();
  const newest = new Map<ReleaseFact, string>();
  const releases: NovelRelease[] = [];
  const ordered = seen.toSorted(byFirstUse);
  const startUnixMs = ordered[0]?.firstUnixMs ?? 0;
  for (const each of ordered) {
    const facts = parseFacts(each.value);
    const novel = [...facts].find(
      ([fact, value]) => !descriptive.includes(fact) && known.get(fact)?.has(value) !== true,
    );
    if (novel !== undefined && each.firstUnixMs - startUnixMs >= learningMs) {
      const [fact, value] = novel;
      addRelease(releases, {
        fact,
        value,
        previous: newest.get(fact) ?? "",
        facts,
        digests: digestOf(facts),
        first: each,
      });
    }
    for (const [fact, value] of facts) {
      known.set(fact, (known.get(fact) ?? new Set()).add(value));
      newest.set(fact, value);
    }
  }
  return releases;
}

/** Adds a release, or adds what it says to the one whose rollout it is part of. */
function addRelease(releases: NovelRelease[], release: NovelRelease): void {
  const index = releases.findLastIndex(
    (other) =>
      rank(other.fact) < rank(release.fact) &&
      other.facts.get(other.fact) === release.facts.get(other.fact) &&
      release.first.firstUnixMs - other.first.firstUnixMs < rolloutMs,
  );
  const whole = releases[index];
  if (whole === undefined) {
    releases.push(release);
    return;
  }
  releases[index] = {
    ...whole,
    facts: new Map([...release.facts, ...whole.facts]),
    digests: [...new Set([...whole.digests, ...release.digests])],
  };
}

function rank(fact: ReleaseFact): number {
  return releaseFacts.indexOf(fact);
}

function digestOf(facts: ReadonlyMap<ReleaseFact, string>): string[] {
  const digest = facts.get("image digest");
  return digest === undefined ? [] : [digest];
}

/** The facts of a stored release value; what is empty is left out. */
function parseFacts(value: string): Map<ReleaseFact, string> {
  const texts = JSON.parse(value) as string[];
  const facts = releaseFacts.map((fact, i): [ReleaseFact, string] => [fact, texts[i] ?? ""]);
  return new Map(facts.filter(([, text]) => text !== ""));
}
