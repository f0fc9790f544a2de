import * as fc from "fast-check";
import { lexShell } from "../../../../analyzer/detectors/shell/lexer.ts";

function words(source: string): string[] {
  return lexShell(source).flatMap((token) =>
    token.type === "word"
      ? token.parts.map((part) => (part.kind === "text" ? part.text : "$")).join("")
      : [],
  );
}

describe("lexShell", () => {
  it.each(["\f", "\v", "\u00a0", "\u2028", "\ufeff"])(
    "ends on %j, which bash keeps in words",
    (space) => {
      expect(words(`cat a${space}b c`)).toEqual(["cat", `a${space}b`, "c"]);
      expect(words(space)).toEqual([space]);
    },
  );

  it("ends on any text, with no more tokens than characters", () => {
    const characters = Array.from(";|&()<>$`\"'\\{}#\n\t\r\f\v \u00a0=-*/a0");
    const piece = fc.constantFrom(...characters, "<<EOF", "$(", "${", ">(");
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 200 }),
      fc.array(piece, { maxLength: 100 }).map((pieces) => pieces.join("")),
    );
    fc.assert(
      fc.property(text, (source) => {
        // A body of a here-document is a token of its own, also an empty one.
        expect(lexShell(source).length).toBeLessThanOrEqual(2 * source.length);
      }),
      { numRuns: 1000 },
    );
  });
});
