import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { unifiedDiff } from "../../../feedback/text/unified-diff.ts";
import { createGitRepository } from "../../helpers/git-repository.ts";

describe("unifiedDiff", () => {
  it("makes a patch that git applies to give the text after", () => {
    const line = fc.constantFrom("a", "b", "c", "", "  x", "+y", "-z");
    const text = fc.tuple(fc.array(line), fc.boolean()).map(([lines, ends]) => {
      const joined = lines.join("\n");
      return ends && joined !== "" ? `${joined}\n` : joined;
    });
    const work = createGitRepository();
    try {
      fc.assert(
        fc.property(fc.option(text), text, (before, after) => {
          fc.pre(before !== after && after !== "" && before !== "");
          work.git(["rm", "-rfq", "--cached", "--ignore-unmatch", "."]);
          work.git(["clean", "-fdqx"]);
          if (before !== null) {
            writeFileSync(join(work.dir, "f.txt"), before);
            work.git(["add", "f.txt"]);
          }
          writeFileSync(join(work.dir, "p.patch"), unifiedDiff([{ path: "f.txt", before, after }]));
          work.git(["apply", "--unidiff-zero", "p.patch"]);
          const applied = work.git(["hash-object", "f.txt"]);
          writeFileSync(join(work.dir, "f.txt"), after);
          expect(applied).toBe(work.git(["hash-object", "f.txt"]));
        }),
        { numRuns: 25 },
      );
    } finally {
      work.remove();
    }
  });

  it("is empty when nothing changes", () => {
    expect(unifiedDiff([{ path: "a", before: "x\n", after: "x\n" }])).toBe("");
  });
});
