/** State of a stream as it was at some event time. */
export interface Snapshot {
  readonly seenUntilUnixMs: number;
  readonly text: string;
}

const maxSnapshots = 5;

/**
 * Adds a snapshot and keeps a few whose ages grow about geometrically, so that data that is a
 * little late costs a little recomputing and old data a lot.
 */
export function addSnapshot(snapshots: readonly Snapshot[], added: Snapshot): Snapshot[] {
  const kept = snapshotsBefore(snapshots, added.seenUntilUnixMs - 1);
  kept.push(added);
  if (kept.length <= maxSnapshots) {
    return kept;
  }
  const newest = added.seenUntilUnixMs;
  function timeAt(index: number): number {
    return kept[index]?.seenUntilUnixMs ?? newest;
  }
  // What its neighbors would leave uncovered, relative to its age: the least useful one goes.
  const costs = kept.slice(1, -1).map((snapshot, index) => {
    return (timeAt(index + 2) - timeAt(index)) / (newest - snapshot.seenUntilUnixMs + 1);
  });
  return kept.toSpliced(costs.indexOf(Math.min(...costs)) + 1, 1);
}

/** Those that saw nothing at or after a time: the last of them is where to start again. */
export function snapshotsBefore(snapshots: readonly Snapshot[], timeUnixMs: number): Snapshot[] {
  return snapshots.filter(({ seenUntilUnixMs }) => seenUntilUnixMs <= timeUnixMs);
}
