import type { ChangeKind } from "../../core/model/change.ts";
import type { AttributionEntry } from "../../core/model/finding.ts";
import { safeIdentifier } from "../../core/model/finding-title.ts";
import { weights } from "./attribution-weights.ts";
import type { AttributionEvidence, Candidate, ChangeContent, Incident } from "./candidate.ts";
import { contentFeatures } from "./content-features.ts";
import { distinctCandidates } from "./distinct-candidates.ts";
import { effectFeatures } from "./effect-features.ts";
import { type Feature, reasonsOf, totalNats } from "./feature.ts";

/** Clocks of build machines and services differ; a change this much later may still be first. */
const clockSkewMs = 60_000;

/** Entries below this probability are counted to "none of these", unless asked for. */
const listedProbability = 0.01;

/**
 * Probabilities are multiples of this: their sum is 1 exactly, in any order, because binary
 * fractions add without error.
 */
const step = 1 / 4096;

/**
 * Ranks changes by how probably they caused an incident.
 *
 * ln P(c) = ln((1 - p0) / k) + sum of features, and ln P(none) = ln p0, normalised over the k
 * changes that took effect before the end of the onset and "none of these" (p0 = 0.15). The
 * mass of a deployment is shared among the commits, packages and others that it carried, by what
 * they changed; a small share stays with the deployment itself.
 *
 * The order of candidates does not matter. The result is sorted by falling probability, always
 * has an entry with `changeId: null`, and sums to exactly 1.
 */
export function rankCandidates(
  incident: Incident,
  candidates: readonly Candidate[],
  evidence: AttributionEvidence,
  leastProbability: number = listedProbability,
): AttributionEntry[] {
  const eligible = distinctCandidates(candidates).filter(
    ({ startedAtUnixMs }) => startedAtUnixMs <= incident.onsetToUnixMs + clockSkewMs,
  );
  const rollouts = eligible.filter(({ kind }) => kind === "deployment");
  const prior = Math.log((1 - weights.nonePrior) / Math.max(1, eligible.length));
  const scored = eligible.map((candidate) => {
    const effect = [
      ...effectFeatures(incident, candidate, rollouts, evidence),
      ...(evidence.measured?.get(candidate.changeId) ?? []),
    ];
    const parts = scoreParts(incident, candidate, evidence);
    return { candidate, effect, parts, nats: prior + totalNats(effect) + massOfParts(parts) };
  });
  const noneNats = Math.log(weights.nonePrior);
  const total = logSumExp([noneNats, ...scored.map(({ nats }) => nats)]);
  const shares = scored.flatMap(({ candidate, effect, parts, nats }) =>
    shareMass(candidate, { effect, parts, probability: Math.exp(nats - total) }),
  );
  return toEntries(mergeShares(shares), eligible.length, leastProbability);
}

interface Part {
  readonly content: ChangeContent;
  readonly features: readonly Feature[];
  readonly nats: number;
}

/** The carried commits, or the change itself where it carries none. */
function scoreParts(
  incident: Incident,
  candidate: Candidate,
  evidence: AttributionEvidence,
): Part[] {
  const contents: readonly ChangeContent[] =
    candidate.commits.length === 0
      ? [candidate]
      : candidate.commits.toSorted((a, b) => (a.changeId < b.changeId ? -1 : 1));
  const packages = contents.filter(isPackage).length;
  return contents.map((content) => {
    const features = contentFeatures(incident, content, evidence);
    const share = isPackage(content) ? Math.log(packages) : 0;
    return { content, features, nats: totalNats(features) - share };
  });
}

/**
 * The packages of one deployment count as one part together, however many there are: a single
 * commit changes the lock file, and its length is no evidence.
 */
function isPackage({ kind }: ChangeContent): boolean {
  return kind === "dependency";
}

function massOfParts(parts: readonly Part[]): number {
  const packages = parts.filter(({ content }) => isPackage(content)).length;
  const count = parts.length - Math.max(0, packages - 1);
  return logSumExp(parts.map(({ nats }) => nats)) - weights.crowding * Math.log(count);
}

interface Share {
  readonly changeId: string;
  readonly kind: string;
  readonly probability: number;
  readonly reasons: readonly string[];
}

function shareMass(
  candidate: Candidate,
  scored: {
    readonly effect: readonly Feature[];
    readonly parts: readonly Part[];
    readonly probability: number;
  },
): Share[] {
  const { effect, parts, probability } = scored;
  if (candidate.commits.length === 0) {
    const features = parts.flatMap((part) => part.features);
    const reasons = reasonsOf([...effect, ...features]);
    return [{ changeId: candidate.changeId, kind: candidate.kind, probability, reasons }];
  }
  const whole = logSumExp(parts.map(({ nats }) => nats));
  const name = safeIdentifier(candidate.changeId);
  const carried = parts.map(({ content, features, nats }) => ({
    changeId: content.changeId,
    kind: content.kind,
    probability: probability * (1 - weights.deploymentShare) * Math.exp(nats - whole),
    reasons: [`carried by deployment ${name}`, ...reasonsOf([...features, ...effect])],
  }));
  // A package too unlikely to be listed is still part of this deployment, not of "none of these".
  const [crumbs, listed] = parted(
    carried,
    (share) => share.kind === "dependency" && share.probability < listedProbability,
  );
  const itself = {
    changeId: candidate.changeId,
    kind: candidate.kind,
    probability: crumbs.reduce(
      (sum, share) => sum + share.probability,
      probability * weights.deploymentShare,
    ),
    reasons: [`carried ${listOf(parts)}, which share its probability`, ...reasonsOf(effect)],
  };
  return [...listed, itself];
}

/** Those for which something holds, and the others. */
function parted<T>(items: readonly T[], holds: (item: T) => boolean): [T[], T[]] {
  return [items.filter(holds), items.filter((item) => !holds(item))];
}

/** `2 commits`, `1 commit and 3 packages`. */
function listOf(parts: readonly Part[]): string {
  const counts = Map.groupBy(parts, ({ content }) => nouns[content.kind] ?? "change");
  return [...counts]
    .map(([noun, of]) => (of.length === 1 ? `1 ${noun}` : `${of.length} ${noun}s`))
    .join(" and ");
}

const nouns: Partial<Record<ChangeKind, string>> = {
  commit: "commit",
  dependency: "package",
  model: "model",
  prompt_template: "prompt",
};

/** A commit may be carried by several deployments; its reasons are those of the likeliest. */
function mergeShares(shares: readonly Share[]): Share[] {
  return [...Map.groupBy(shares, ({ changeId }) => changeId).values()].flatMap((group) => {
    const [likeliest] = group.toSorted((a, b) => b.probability - a.probability);
    const probability = group.reduce((sum, share) => sum + share.probability, 0);
    return likeliest === undefined ? [] : [{ ...likeliest, probability }];
  });
}

function toEntries(
  shares: readonly Share[],
  eligible: number,
  leastProbability: number,
): AttributionEntry[] {
  const listed = shares
    .filter(({ probability }) => probability >= leastProbability)
    .toSorted((a, b) => b.probability - a.probability || (a.changeId < b.changeId ? -1 : 1));
  const steps = toSteps(listed);
  const entries: AttributionEntry[] = listed.map((share, i) => ({
    changeId: share.changeId,
    kind: share.kind,
    probability: (steps[i] ?? 0) * step,
    reasons: share.reasons,
  }));
  const rest = 1 - entries.reduce((sum, { probability }) => sum + probability, 0);
  const reasons = noneReasons(eligible, leastProbability);
  const none = { changeId: null, kind: "none", probability: rest, reasons };
  return [...entries, none].toSorted((a, b) => b.probability - a.probability);
}

/** Whole steps; what rounding adds up to too much is taken from the likeliest. */
function toSteps(listed: readonly Share[]): number[] {
  const steps = listed.map(({ probability }) => Math.round(probability / step));
  const excess = steps.reduce((sum, count) => sum + count, 0) - 1 / step;
  const [first = 0, ...others] = steps;
  if (excess > first) {
    return listed.map(({ probability }) => Math.floor(probability / step));
  }
  return excess > 0 ? [first - excess, ...others] : steps;
}

function noneReasons(eligible: number, leastProbability: number): string[] {
  if (eligible === 0) {
    return ["no change is known that took effect before the onset"];
  }
  const changes = eligible === 1 ? "1 change" : `${eligible} changes`;
  const held = leastProbability > 0 ? `; holds every candidate below ${leastProbability}` : "";
  return [`starts at ${weights.nonePrior} beside ${changes}${held}`];
}

function logSumExp(values: readonly number[]): number {
  const greatest = values.reduce((most, value) => Math.max(most, value), -Infinity);
  return greatest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - greatest), 0));
}
