import * as fc from "fast-check";
import { createMatcher, type Hits } from "../../../analyzer/scan/aho-corasick.ts";

const patterns = ["he", "hers", "she", "is", "usher", "a-", "sk_live_"];
const matcher = createMatcher(patterns);

/** Every occurrence by plain search, ordered by end. */
function plainHits(text: string): string[] {
  const found: [number, number][] = [];
  for (const [index, pattern] of patterns.entries()) {
    for (let at = text.indexOf(pattern); at >= 0; at = text.indexOf(pattern, at + 1)) {
      found.push([at + pattern.length, index]);
    }
  }
  return found.map(([end, index]) => `${end} ${patterns[index]}`).toSorted();
}

function matcherHits(text: string): { sorted: string[]; ends: number[] } {
  const hits: Hits = [];
  matcher.collect(text, hits);
  const ends = hits.filter((_, at) => at % 2 === 1);
  return {
    sorted: ends.map((end, at) => `${end} ${patterns[hits[2 * at] ?? 0]}`).toSorted(),
    ends,
  };
}

const parts = fc.constantFrom(...patterns, "x", " ", "us", "sk_", "live_", "é", "订");

describe("createMatcher on texts that it reads in quarters", () => {
  it("finds what a plain search finds, in order of the ends", () => {
    fc.assert(
      fc.property(fc.array(parts, { minLength: 40, maxLength: 400 }), (pieces) => {
        const text = pieces.join("");
        const { sorted, ends } = matcherHits(text);
        expect(sorted).toEqual(plainHits(text));
        expect(ends).toEqual(ends.toSorted((a, b) => a - b));
        expect(matcher.occursIn(text)).toBe(sorted.length > 0);
      }),
      { numRuns: 500 },
    );
  });

  it("finds what lies across the parts of a long text", () => {
    const text = "x".repeat(65_536 - 4).concat("sk_live_", "y".repeat(65_000), "usher");
    expect(matcherHits(text).sorted).toEqual(plainHits(text));
  });
});
