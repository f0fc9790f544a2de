import * as fc from "fast-check";
import { createMatcher } from "../../../analyzer/scan/aho-corasick.ts";

describe("createMatcher", () => {
  it("finds overlapping and nested patterns in any ASCII case, at their ends", () => {
    const hits: number[] = [];
    createMatcher(["he", "she", "his", "hers"]).collect("uSHErs", hits);
    expect(hits).toEqual([1, 4, 0, 4, 3, 6]);
  });

  it("agrees with a naive search on any text", () => {
    const word = fc.stringMatching(/^[ab:]{1,4}$/);
    // U+0161 and U+0262 end in the bytes of "a" and "b".
    const text = fc.string({
      unit: fc.constantFrom("a", "b", "A", ":", "é", "K", "\u0161", "\u0262", "\u{1f600}"),
      maxLength: 200,
      size: "max",
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(word, { minLength: 1, maxLength: 6 }),
        text,
        (patterns, haystack) => {
          const hits: number[] = [];
          createMatcher(patterns).collect(haystack, hits);
          const found = new Set<string>();
          for (let at = 0; at < hits.length; at += 2) {
            found.add(`${hits[at]}@${hits[at + 1]}`);
          }
          expect(found).toEqual(naive(patterns, haystack));
          expect(hits).toHaveLength(found.size * 2);
        },
      ),
    );
  });

  it("finds patterns across the parts that a long text is read in", () => {
    const hits: number[] = [];
    const text = `${"x".repeat(65_534)}token${"\u0161".repeat(65_530)}Token`;
    createMatcher(["token", "a"]).collect(text, hits);
    expect(hits).toEqual([0, 65_539, 0, text.length]);
  });

  it.each(["", "é", "\u{1f600}"])("refuses the pattern %j", (pattern) => {
    expect(() => createMatcher([pattern])).toThrow(RangeError);
  });
});

function naive(patterns: readonly string[], text: string): Set<string> {
  const found = new Set<string>();
  for (const [index, pattern] of patterns.entries()) {
    for (let end = pattern.length; end <= text.length; end += 1) {
      const piece = text
        .slice(end - pattern.length, end)
        .replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
      if (piece === pattern) {
        found.add(`${index}@${end}`);
      }
    }
  }
  return found;
}
