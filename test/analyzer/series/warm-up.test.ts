import { isWarmingUp, throughWarmUp } from "../../../analyzer/series/warm-up.ts";

const start = Date.UTC(2026, 10, 20);
const minute = 60_000;
const version = { versionSinceUnixMs: start };

describe("the warm-up of a version", () => {
  it("lasts five minutes, and is none for the first version of a stream", () => {
    expect(isWarmingUp(version, start)).toBe(true);
    expect(isWarmingUp(version, start + 5 * minute - 1)).toBe(true);
    expect(isWarmingUp(version, start + 5 * minute)).toBe(false);
    expect(isWarmingUp({ versionSinceUnixMs: 0 }, start)).toBe(false);
  });

  it("may hide an onset, which then begins with the version", () => {
    const onset = { fromUnixMs: start + 6 * minute, toUnixMs: start + 9 * minute };
    expect(throughWarmUp(version, onset)).toEqual({ ...onset, fromUnixMs: start });
    const before = { fromUnixMs: start - minute, toUnixMs: start + 9 * minute };
    expect(throughWarmUp(version, before)).toEqual(before);
    const later = { fromUnixMs: start + 60 * minute, toUnixMs: start + 70 * minute };
    expect(throughWarmUp(version, later)).toEqual(later);
  });
});
