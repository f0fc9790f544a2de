import * as fc from "fast-check";
import { textSigns } from "../../../analyzer/scan/text-signs.ts";

const pieces = fc.constantFrom(
  " ",
  "  ",
  "a",
  "Zz9",
  "%",
  "+/=",
  "-._,",
  '"',
  "\n",
  "é",
  "订",
  "word",
);
const texts = fc
  .array(
    fc.oneof(
      pieces,
      fc.nat(30).map((length) => "aB3/".repeat(8).slice(0, length)),
    ),
  )
  .map((parts) => parts.join(""));

describe("textSigns", () => {
  it("never misses a run, a digit, a percent sign or a double space", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const runs = text.match(/[A-Za-z0-9+/=%]+/g) ?? [];
        const longest = Math.max(0, ...runs.map(({ length }) => length));
        const signs = textSigns(text);
        expect(signs.longestRun).toBeGreaterThanOrEqual(longest < 12 ? 0 : longest);
        expect(signs.hasDigit || !/\d/.test(text)).toBe(true);
        expect(signs.hasPercent).toBe(text.includes("%"));
        expect(signs.hasDoubleSpace || !text.includes("  ")).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it("says of plain sentences that they have none of it", () => {
    expect(textSigns("The order was shipped, and the refund takes a while.")).toEqual({
      longestRun: 0,
      hasPercent: false,
      hasDigit: false,
      hasDoubleSpace: false,
    });
  });

  it("takes very long texts to have everything", () => {
    const signs = textSigns(" ".repeat(70_000));
    expect(signs).toMatchObject({ hasDigit: true, hasPercent: true, hasDoubleSpace: true });
    expect(signs.longestRun).toBeGreaterThan(24);
  });
});
