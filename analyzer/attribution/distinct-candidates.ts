import type { Candidate } from "./candidate.ts";

/**
 * One candidate per id, by id. Of two statements about one id the later start wins, and of equal
 * starts the one whose text sorts last: never the order in which they are given.
 */
export function distinctCandidates(candidates: readonly Candidate[]): Candidate[] {
  const byId = Map.groupBy(candidates, ({ changeId }) => changeId);
  return [...byId.values()]
    .map((group) => group.reduce((kept, other) => (isLater(other, kept) ? other : kept)))
    .toSorted((a, b) => (a.changeId < b.changeId ? -1 : 1));
}

function isLater(candidate: Candidate, kept: Candidate): boolean {
  const laterMs = candidate.startedAtUnixMs - kept.startedAtUnixMs;
  return laterMs === 0 ? JSON.stringify(candidate) > JSON.stringify(kept) : laterMs > 0;
}
