import type { Candidate, Incident } from "./candidate.ts";
import type { MeasuredPoint, Measurement } from "./measurement.ts";

/** A candidate beside the measurements of its service. */
export interface Rollout {
  readonly candidate: Candidate;
  /** From its start to the onset, milliseconds. */
  readonly ageMs: number;
  /** From its start to the last measurement that counts, milliseconds. */
  readonly observedMs: number;
  readonly own: readonly Measurement[];
  /** Versions that were first measured after it began and before the next change of its service. */
  readonly newVersions: ReadonlySet<string>;
  readonly isNew: (metric: Measurement) => boolean;
  /** Points since its start, up to shortly after the onset. */
  readonly during: (metric: Measurement) => MeasuredPoint[];
  readonly before: (metric: Measurement) => MeasuredPoint[];
}

/** Effects go on after the onset; later ones may be of repairs. */
const afterOnsetMs = 300_000;
/** Clocks differ, and a first point may be stamped with the start of its minute. */
const slackMs = 60_000;

/** The candidates, each beside what was measured of its service. */
export function rolloutsOf(
  incident: Incident,
  candidates: readonly Candidate[],
  metrics: readonly Measurement[],
): Rollout[] {
  const end = incident.onsetToUnixMs + afterOnsetMs;
  const metricsOf = Map.groupBy(metrics, ({ service }) => service);
  const startsOf = new Map(
    [...Map.groupBy(candidates, ({ service }) => service)].map(([service, group]) => [
      service,
      group.map(({ startedAtUnixMs }) => startedAtUnixMs).toSorted((a, b) => a - b),
    ]),
  );
  const records = { firstUnixMs: firstOf(metrics), lastUnixMs: Math.min(end, lastOf(metrics)) };
  return candidates.map((candidate) => {
    const start = candidate.startedAtUnixMs;
    const own = metricsOf.get(candidate.service) ?? [];
    const newVersions = newIn(own, {
      // What was measured from the beginning of the records may be older than them.
      from: Math.max(start - slackMs, records.firstUnixMs + slackMs),
      to: startsOf.get(candidate.service)?.find((time) => time > start) ?? end,
    });
    return {
      candidate,
      ageMs: incident.onsetToUnixMs - start,
      observedMs: records.lastUnixMs - start,
      own,
      newVersions,
      isNew: ({ version }) => newVersions.has(version),
      during: ({ points }) =>
        points.filter(({ timeUnixMs }) => timeUnixMs >= start && timeUnixMs <= end),
      before: ({ points }) => points.filter(({ timeUnixMs }) => timeUnixMs < start),
    };
  });
}

function newIn(
  metrics: readonly Measurement[],
  { from, to }: { readonly from: number; readonly to: number },
): Set<string> {
  const byVersion = Map.groupBy(metrics, ({ version }) => version);
  const firsts = [...byVersion].map(([version, group]) => ({ version, first: firstOf(group) }));
  return new Set(
    firsts
      .filter(({ version, first }) => version !== "" && first >= from && first < to)
      .map(({ version }) => version),
  );
}

function firstOf(metrics: readonly Measurement[]): number {
  return metrics
    .flatMap(({ points }) => points)
    .reduce((least, { timeUnixMs }) => Math.min(least, timeUnixMs), Number.POSITIVE_INFINITY);
}

function lastOf(metrics: readonly Measurement[]): number {
  return metrics
    .flatMap(({ points }) => points)
    .reduce((most, { timeUnixMs }) => Math.max(most, timeUnixMs), Number.NEGATIVE_INFINITY);
}
