import { safeIdentifier } from "../../core/model/finding-title.ts";
import { findingClasses, timeConstantMs, weights } from "./attribution-weights.ts";
import type { AttributionEvidence, Candidate, Incident, VersionCount } from "./candidate.ts";
import { duration, type Feature, signed } from "./feature.ts";

/** What the moment at which a change took effect, and the versions it brought, say. */
export function effectFeatures(
  incident: Incident,
  candidate: Candidate,
  rollouts: readonly Candidate[],
  evidence: AttributionEvidence,
): Feature[] {
  return [
    recencyFeature(incident, candidate),
    ...statusFeature(candidate),
    ...serviceFeature(candidate),
    ...contrastFeature(candidate, rollouts, evidence.versions),
    ...newToolFeature(incident, candidate, { rollouts, evidence }),
  ];
}

function recencyFeature(incident: Incident, candidate: Candidate): Feature {
  const { onsetFromUnixMs, onsetToUnixMs } = incident;
  const effective = candidate.completedAtUnixMs ?? candidate.startedAtUnixMs;
  const age = onsetFromUnixMs - effective;
  if (age <= 0) {
    const during =
      candidate.startedAtUnixMs <= onsetFromUnixMs
        ? "the onset falls into its rollout"
        : `took effect inside the onset interval of ${duration(onsetToUnixMs - onsetFromUnixMs)}`;
    return { nats: 0, reason: during };
  }
  const constant = timeConstantMs[findingClasses[incident.type]];
  const nats = -weights.recency * Math.log(1 + age / constant);
  return { nats, reason: `took effect ${duration(age)} before the onset (${signed(nats)})` };
}

function statusFeature({ status }: Candidate): Feature[] {
  const nats = weights.failedDeployment;
  return status === "failed" ? [{ nats, reason: `its rollout failed (${signed(nats)})` }] : [];
}

function serviceFeature({ service }: Candidate): Feature[] {
  const nats = weights.withoutService;
  return service === "" ? [{ nats, reason: `names no service (${signed(nats)})` }] : [];
}

function contrastFeature(
  candidate: Candidate,
  rollouts: readonly Candidate[],
  versions: readonly VersionCount[],
): Feature[] {
  const since = rollouts.filter((other) => other.startedAtUnixMs >= candidate.startedAtUnixMs);
  const newer = new Set(since.map(({ version }) => version).filter((version) => version !== ""));
  if (candidate.version === "" || versions.every(({ affected }) => affected === 0)) {
    return [];
  }
  const after = summed(versions.filter(({ version }) => newer.has(version)));
  const before = summed(versions.filter(({ version }) => !newer.has(version)));
  if (after.exposed === 0 || before.exposed === 0) {
    return [];
  }
  const ratio = rate(after) / rate(before);
  const effective = candidate.completedAtUnixMs ?? candidate.startedAtUnixMs;
  const sideBySide = before.lastSeenUnixMs > effective + sideBySideMs;
  const factor = weights.versionContrast * (sideBySide ? weights.canaryFactor : 1);
  const nats = Math.min(
    weights.versionContrastMost,
    Math.max(weights.versionContrastLeast, factor * Math.log(ratio)),
  );
  const how = sideBySide ? " side by side" : "";
  return [
    {
      nats,
      reason:
        `${after.affected} of ${after.exposed} sessions on its version or later${how}, ` +
        `${before.affected} of ${before.exposed} on earlier ones (${signed(nats)})`,
    },
  ];
}

// Old instances finish their requests for a while; only what lasts longer is a canary.
const sideBySideMs = 5 * 60_000;

function summed(versions: readonly VersionCount[]): Omit<VersionCount, "version"> {
  return versions.reduce(
    (sum, { affected, exposed, lastSeenUnixMs }) => ({
      affected: sum.affected + Math.min(affected, exposed),
      exposed: sum.exposed + exposed,
      lastSeenUnixMs: Math.max(sum.lastSeenUnixMs, lastSeenUnixMs),
    }),
    { affected: 0, exposed: 0, lastSeenUnixMs: -Infinity },
  );
}

/** Rate with half a session added (Jeffreys), so that zero has a finite logarithm. */
function rate({ affected, exposed }: Omit<VersionCount, "version">): number {
  return (affected + 0.5) / (exposed + 1);
}

function newToolFeature(
  incident: Incident,
  candidate: Candidate,
  { rollouts, evidence }: { rollouts: readonly Candidate[]; evidence: AttributionEvidence },
): Feature[] {
  const firstCall = evidence.toolFirstSeenUnixMs;
  if (incident.tool === "" || firstCall === null) {
    return [];
  }
  const name = safeIdentifier(incident.tool);
  const start = candidate.startedAtUnixMs;
  if (firstCall < start) {
    const nats = weights.toolOlder;
    return [{ nats, reason: `the tool ${name} was called before it (${signed(nats)})` }];
  }
  const next = Math.min(
    ...rollouts.map((other) => other.startedAtUnixMs).filter((time) => time > start),
  );
  if (firstCall >= next) {
    return [];
  }
  const nats = weights.toolNew;
  const after = duration(firstCall - start);
  return [
    { nats, reason: `the tool ${name} was first called ${after} after it (${signed(nats)})` },
  ];
}
