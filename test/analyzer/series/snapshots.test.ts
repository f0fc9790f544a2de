import { addSnapshot, type Snapshot, snapshotsBefore } from "../../../analyzer/series/snapshots.ts";

function snapshot(time: number): Snapshot {
  return { seenUntilUnixMs: time, text: String(time) };
}

function grow(until: number): Snapshot[] {
  let snapshots: Snapshot[] = [];
  for (let time = 10; time <= until; time += 10) {
    snapshots = addSnapshot(snapshots, snapshot(time));
  }
  return snapshots;
}

describe("snapshots", () => {
  it("keep the newest, the oldest, and ages that grow in between", () => {
    const times = grow(1000).map(({ seenUntilUnixMs }) => seenUntilUnixMs);
    expect(times.length).toBe(5);
    expect(times.at(0)).toBe(10);
    expect(times.at(-1)).toBe(1000);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(gaps).toEqual(gaps.toSorted((a, b) => b - a));
  });

  it("replace one of the same time or later, as after a restart from an older one", () => {
    const snapshots = addSnapshot(grow(30), snapshot(20));
    expect(snapshots.map(({ seenUntilUnixMs }) => seenUntilUnixMs)).toEqual([10, 20]);
  });

  it("before a time are those that saw nothing of it", () => {
    const before = snapshotsBefore(grow(40), 30);
    expect(before.map(({ seenUntilUnixMs }) => seenUntilUnixMs)).toEqual([10, 20, 30]);
  });
});
