import type { Candidate, Incident } from "./candidate.ts";
import { type Feature, signed } from "./feature.ts";
import { measuredWeights } from "./measured-weights.ts";
import type { ServiceEdge } from "./measurement.ts";

const phrases = {
  itself: "changes the service itself",
  called: "changes a service that it calls, directly or not",
  caller: "changes a service that calls it, directly or not",
  apart: "no call connects its service with the incident's",
} as const;

/** Where in the call graph a change lies, seen from the incident. */
export function placeFeature(
  { service }: Incident,
  candidate: Candidate,
  topology: readonly ServiceEdge[],
): Feature[] {
  const isKnown = topology.some(({ source, target }) => source === service || target === service);
  if (candidate.service === "" || (!isKnown && candidate.service !== service)) {
    return [];
  }
  const place = placeOf(service, candidate.service, topology);
  const nats = measuredWeights.place[place];
  return [{ nats, reason: nats === 0 ? phrases[place] : `${phrases[place]} (${signed(nats)})` }];
}

function placeOf(from: string, to: string, topology: readonly ServiceEdge[]): keyof typeof phrases {
  if (from === to) {
    return "itself";
  }
  if (reaches(from, to, topology)) {
    return "called";
  }
  return reaches(to, from, topology) ? "caller" : "apart";
}

function reaches(from: string, to: string, topology: readonly ServiceEdge[]): boolean {
  const bySource = Map.groupBy(topology, ({ source }) => source);
  const seen = new Set([from]);
  // A set may grow while it is walked.
  for (const service of seen) {
    for (const { target } of bySource.get(service) ?? []) {
      seen.add(target);
    }
  }
  return seen.has(to);
}
