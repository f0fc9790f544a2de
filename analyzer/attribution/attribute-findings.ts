import type { AttributionEntry } from "../../core/model/finding.ts";
import type { Store } from "../../core/store/store.ts";
import { noEvidence } from "./candidate.ts";
import { rankCandidates } from "./rank-candidates.ts";
import { readChangesBefore } from "./read-changes-before.ts";
import { type AttributedFinding, readEvidence } from "./read-evidence.ts";
import { lookbackMs, selectCandidates } from "./select-candidates.ts";

/** Attribution of each finding by its id. The changes of a service are read once for all. */
export async function attributeFindings(
  store: Store,
  findings: readonly AttributedFinding[],
): Promise<Map<string, AttributionEntry[]>> {
  const attributions = new Map<string, AttributionEntry[]>();
  for (const [tenant, group] of Map.groupBy(findings, (finding) => finding.tenant)) {
    const changes = await readChangesBefore(store, {
      tenant,
      services: [...new Set(group.map((finding) => finding.service))],
      fromUnixMs: least(group.map((finding) => finding.onsetFromUnixMs)) - lookbackMs,
      toUnixMs: -least(group.map((finding) => -finding.onsetToUnixMs)),
    });
    for (const finding of group) {
      const candidates = selectCandidates(finding, changes);
      // Without a candidate every piece of evidence leads to the same answer.
      const evidence = candidates.length === 0 ? noEvidence : await readEvidence(store, finding);
      attributions.set(finding.findingId, rankCandidates(finding, candidates, evidence));
    }
  }
  return attributions;
}

function least(values: readonly number[]): number {
  return values.reduce((smallest, value) => Math.min(smallest, value), Infinity);
}
