import * as fc from "fast-check";
import { createTokens, maxTokens, tokenize } from "../../../analyzer/classify/tokenize.ts";

function tokensOf(text: string) {
  const tokens = createTokens();
  tokenize(text, tokens);
  const { count } = tokens;
  return {
    hashes: [...tokens.hashes.subarray(0, count)],
    starts: [...tokens.starts.subarray(0, count)],
    opens: [...tokens.opens.subarray(0, count)],
  };
}

describe("tokenize", () => {
  it("knows a word by its first five letters, whatever its case", () => {
    const { hashes } = tokensOf("Instructions instructed INSTRUCT insist");
    expect(hashes[0]).toBe(hashes[1]);
    expect(hashes[0]).toBe(hashes[2]);
    expect(hashes[0]).not.toBe(hashes[3]);
  });

  it("takes every number for the same word, and an apostrophe for nothing", () => {
    const { hashes } = tokensOf("12 3,000.5 don't dont don’t");
    expect(hashes).toHaveLength(5);
    expect(hashes[0]).toBe(hashes[1]);
    expect(hashes[2]).toBe(hashes[3]);
    expect(hashes[2]).toBe(hashes[4]);
  });

  it("marks the first word of sentences, lines and cells, but not of versions and hosts", () => {
    expect(tokensOf("One two. Three\nfour | five? six a.b").opens).toEqual([
      1, 0, 1, 1, 1, 0, 1, 0, 0,
    ]);
  });

  it("says where words start", () => {
    expect(tokensOf("  ab, cd!").starts).toEqual([2, 6]);
  });

  it("stops after as many words as it may read", () => {
    expect(tokensOf("a ".repeat(maxTokens + 100)).starts).toHaveLength(maxTokens);
  });

  it("never throws and keeps to the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 400 }), (text) => {
        const { starts } = tokensOf(text);
        expect(
          starts.every((start, at) => start < text.length && start >= (starts[at - 1] ?? 0)),
        ).toBe(true);
      }),
    );
  });
});
