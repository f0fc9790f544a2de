import { type Candidate, type Incident, noEvidence } from "./candidate.ts";
import { distinctCandidates } from "./distinct-candidates.ts";
import { measuredFeatures } from "./measured-features.ts";
import type { Surroundings } from "./measurement.ts";
import { rankCandidates } from "./rank-candidates.ts";

export interface RankedChange {
  /** Null for "none of these". */
  readonly id: string | null;
  readonly probability: number;
  readonly reasons: readonly string[];
}

/**
 * The ranking of findings, told in addition what metrics and call graph say. Every candidate is
 * listed; those that began after the onset come last, with probability 0. Probabilities sum to 1.
 */
export function rankMeasured(
  incident: Incident,
  candidates: readonly Candidate[],
  surroundings: Surroundings,
): RankedChange[] {
  const distinct = distinctCandidates(candidates);
  const measured = measuredFeatures(incident, distinct, surroundings);
  const evidence = { ...noEvidence, measured };
  const ranked = rankCandidates(incident, distinct, evidence, 0).map(
    ({ changeId, probability, reasons }) => ({ id: changeId, probability, reasons }),
  );
  const listed = new Set(ranked.map(({ id }) => id));
  const later = distinct
    .map(({ changeId }) => changeId)
    .filter((id) => !listed.has(id))
    .map((id) => ({ id, probability: 0, reasons: ["began after the onset"] }));
  return [...ranked, ...later];
}
