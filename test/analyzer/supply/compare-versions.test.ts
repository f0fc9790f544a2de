import * as fc from "fast-check";
import { compareVersions } from "../../../analyzer/supply/compare-versions.ts";

describe("compareVersions", () => {
  it.each([
    ["1.2.3", "1.10.0"],
    ["1.0.0-rc.1", "1.0.0"],
    ["1.0.0-rc.2", "1.0.0-rc.10"],
    ["1.0.0-alpha", "1.0.0-beta"],
    ["v1.9", "v2.0"],
    ["1.0b1", "1.0"],
    ["1.2", "1.2.1"],
    ["0.9.9", "1"],
    ["2024.1", "2024.10"],
    ["1.0.0+build.1", "1.0.0+build.2"],
    ["1:2.3-1", "1:2.4-1"],
  ])("puts %s before %s", (older, newer) => {
    expect(compareVersions(older, newer)).toBeLessThan(0);
    expect(compareVersions(newer, older)).toBeGreaterThan(0);
  });

  it("is a total order on any text", () => {
    const version = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.stringMatching(/^v?\d{1,3}(\.\d{1,3}){0,3}(-(rc|alpha)\.\d)?$/),
    );
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(Math.sign(compareVersions(a, b))).toBe(-Math.sign(compareVersions(b, a)) + 0);
        expect(compareVersions(a, b) === 0).toBe(a === b);
      }),
      { numRuns: 1000, seed: 7 },
    );
  });
});
