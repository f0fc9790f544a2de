import type { Candidate, Incident } from "./candidate.ts";
import { duration, type Feature, signed } from "./feature.ts";
import { measuredWeights as weights } from "./measured-weights.ts";
import type { MeasuredPoint, Measurement, Surroundings } from "./measurement.ts";
import { placeFeature } from "./place-feature.ts";
import { type Rollout, rolloutsOf } from "./rollout.ts";

/**
 * What metrics and call graph say about each candidate, by change id. Per candidate, over the
 * time from its start until shortly after the onset:
 *
 * - contrast: success rate of the versions it brought against older ones at the same time, else
 *   against the time before it, on the worst edge;
 * - edges: fall of the success rate of its service's edges, seen from either end;
 * - callers: the same for the services that call it, for failures travel that way;
 * - latency, CPU: log ratio of the medians of new and old versions, less with few points;
 * - silence: its new version reported nothing, while its old one and new ones of others did;
 * - freshness: a tie-break between rollouts that were all under way.
 *
 * A fall d (0..1) is worth most * d / (d + half) nats. The order of nothing given matters.
 */
export function measuredFeatures(
  incident: Incident,
  candidates: readonly Candidate[],
  surroundings: Surroundings,
): Map<string, readonly Feature[]> {
  const rollouts = rolloutsOf(incident, candidates, surroundings.metrics);
  const versioned = rollouts.some(({ newVersions }) => newVersions.size > 0);
  return new Map(
    rollouts.map((rollout) => [
      rollout.candidate.changeId,
      [
        ...placeFeature(incident, rollout.candidate, surroundings.topology),
        ...successFeatures(rollout, surroundings),
        ...ratioFeature(rollout, "latency_ms"),
        ...ratioFeature(rollout, "cpu_percent"),
        ...(versioned ? silenceFeature(rollout) : []),
        ...freshnessFeature(rollout),
      ],
    ]),
  );
}

function successFeatures(rollout: Rollout, { topology, metrics }: Surroundings): Feature[] {
  const { service } = rollout.candidate;
  const callers = new Set(
    topology
      .filter(({ source, target }) => target === service && source !== service)
      .map(({ source }) => source),
  );
  const success = metrics.filter(({ name }) => name === "success_rate");
  const own = success.filter((metric) => metric.service === service);
  const edges = success.filter((metric) => metric.service === service || metric.peer === service);
  const above = success.filter((metric) => callers.has(metric.service) && metric.peer !== service);
  return [
    ...fallFeature("contrast", versionFall(rollout, own)),
    ...fallFeature("edges", fallSince(rollout, edges)),
    ...fallFeature("callers", fallSince(rollout, above)),
  ];
}

const fallPhrases = {
  contrast: "less success on its version than on older ones",
  edges: "less success of calls from and to its service since it began",
  callers: "less success of the services that call it since it began",
} satisfies Record<keyof typeof weights.fall, string>;

function fallFeature(kind: keyof typeof weights.fall, fall: number): Feature[] {
  if (fall < weights.leastFall) {
    return [];
  }
  const { most, half } = weights.fall[kind];
  const nats = (most * fall) / (fall + half);
  return [
    { nats, reason: `${(100 * fall).toFixed(1)} points ${fallPhrases[kind]} (${signed(nats)})` },
  ];
}

/** Greatest fall over the edges, of new versions against old ones. */
function versionFall(rollout: Rollout, metrics: readonly Measurement[]): number {
  return greatest(
    [...Map.groupBy(metrics, ({ peer }) => peer).values()].map((edge) => {
      const after = meanOf(edge.filter(rollout.isNew).flatMap(rollout.during));
      const old = edge.filter((metric) => !rollout.isNew(metric));
      const aside = meanOf(old.flatMap(rollout.during)) ?? meanOf(old.flatMap(rollout.before));
      return after === null || aside === null ? 0 : aside - after;
    }),
  );
}

/** Greatest fall over the edges, of the time since the change against the time before it. */
function fallSince(rollout: Rollout, metrics: readonly Measurement[]): number {
  const byEdge = Map.groupBy(metrics, ({ service, peer }) => JSON.stringify([service, peer]));
  return greatest(
    [...byEdge.values()].map((edge) => {
      const before = meanOf(edge.flatMap(rollout.before));
      const after = meanOf(edge.flatMap(rollout.during));
      return before === null || after === null ? 0 : before - after;
    }),
  );
}

function ratioFeature(rollout: Rollout, name: keyof typeof weights.ratio): Feature[] {
  const { most, least } = weights.ratio[name];
  const own = rollout.own.filter((metric) => metric.name === name);
  const newPoints = own.filter(rollout.isNew).flatMap(rollout.during);
  const after = medianOf(newPoints);
  const old = own.filter((metric) => !rollout.isNew(metric));
  const aside = medianOf(old.flatMap(rollout.during)) ?? medianOf(old.flatMap(rollout.before));
  if (after === null || aside === null || after <= 0 || aside <= 0) {
    return [];
  }
  const excess = Math.min(most, Math.log(after / aside) - Math.log(least));
  const support = newPoints.length / (newPoints.length + weights.ratioHalfPoints);
  const nats = excess * support;
  const times = (after / aside).toPrecision(2);
  return nats > 0
    ? [{ nats, reason: `${name} is ${times} times that of older versions (${signed(nats)})` }]
    : [];
}

/** A version that crashes at its start measures nothing, and succeeds at nothing. */
function silenceFeature({ candidate, own, newVersions, observedMs }: Rollout): Feature[] {
  const success = own.filter(({ name }) => name === "success_rate");
  const telling = success.length > 0 ? success : own;
  const [young, old] = [true, false].map((isNew) =>
    telling.filter(({ version }) => version !== "" && newVersions.has(version) === isNew),
  );
  const start = candidate.startedAtUnixMs;
  if (
    candidate.kind !== "deployment" ||
    hasPointSince(young, start) ||
    !hasPointSince(old, start)
  ) {
    return [];
  }
  const { mostNats, graceMs, constantMs } = weights.silence;
  const late = Math.max(0, observedMs - graceMs);
  const nats = mostNats * (1 - Math.exp(-late / constantMs));
  const after = duration(observedMs);
  return late === 0
    ? []
    : [{ nats, reason: `nothing measured on its new version after ${after} (${signed(nats)})` }];
}

function hasPointSince(metrics: readonly Measurement[] = [], fromUnixMs = 0): boolean {
  return metrics.some(({ points }) => points.some(({ timeUnixMs }) => timeUnixMs >= fromUnixMs));
}

/** Breaks ties between rollouts that were all under way; a start after the onset speaks against. */
function freshnessFeature({ ageMs }: Rollout): Feature[] {
  const { weight, constantMs, afterOnset } = weights.freshness;
  if (ageMs < 0) {
    const reason = `began ${duration(ageMs)} after the onset (${signed(afterOnset)})`;
    return [{ nats: afterOnset, reason }];
  }
  const nats = -weight * Math.log(1 + ageMs / constantMs);
  return [{ nats, reason: `began ${duration(ageMs)} before the onset (${signed(nats)})` }];
}

function greatest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}

function meanOf(points: readonly MeasuredPoint[]): number | null {
  // Sorted, because sums of fractions depend on their order.
  const values = points.map(({ value }) => value).toSorted((a, b) => a - b);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value / values.length, 0);
}

function medianOf(points: readonly MeasuredPoint[]): number | null {
  const values = points.map(({ value }) => value).toSorted((a, b) => a - b);
  return values[Math.floor(values.length / 2)] ?? null;
}
