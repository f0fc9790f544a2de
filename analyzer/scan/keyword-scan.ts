import { createMatcher, type Hits } from "./aho-corasick.ts";
import { remember } from "./remember.ts";

/** Finds keywords of several detectors in one pass over a text. */
export function createKeywordScan(keywords: readonly string[]): (text: string) => Hits {
  const matcher = createMatcher(keywords);
  return remember((text) => {
    const hits: Hits = [];
    matcher.collect(text, hits);
    return hits;
  });
}
