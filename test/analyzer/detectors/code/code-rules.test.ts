import * as fc from "fast-check";
import { codeRules } from "../../../../analyzer/detectors/code/code-rules.ts";
import { findUnsafeCode } from "../../../../analyzer/detectors/code/find-unsafe-code.ts";
import { readCode } from "../../../../analyzer/detectors/code/read-code.ts";
import { lintRegex } from "../../../../analyzer/scan/lint-regex.ts";

describe("code rules", () => {
  it.each(codeRules.map((rule) => [rule.id, rule] as const))(
    "%s matches its sample",
    (_id, rule) => {
      expect(rule.line.test(rule.sample)).toBe(true);
      expect(rule.unless?.test(rule.sample) ?? false).toBe(false);
      const lower = rule.sample.toLowerCase();
      expect(rule.keywords.some((keyword) => lower.includes(keyword))).toBe(true);
    },
  );

  it("have unique ids, lower-case keywords and patterns fit for hostile text", () => {
    const ids = codeRules.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const keywords = codeRules.flatMap((rule) => rule.keywords);
    expect(keywords.filter((keyword) => keyword !== keyword.toLowerCase())).toEqual([]);
    const patterns = codeRules.flatMap(({ line, unless, inText }) => [line, unless, inText]);
    expect(
      patterns.flatMap((pattern) => (pattern === undefined ? [] : lintRegex(pattern))),
    ).toEqual([]);
  });

  it("find lines of any text within it", () => {
    const piece = fc.constantFrom(...codeRules.map(({ sample }) => sample), "\n", " ", "// ");
    fc.assert(
      fc.property(
        fc.array(fc.oneof(piece, fc.string({ unit: "binary", maxLength: 20 })), { maxLength: 20 }),
        (parts) => {
          const text = parts.join("");
          for (const { start, end } of findUnsafeCode(text)) {
            expect(text.slice(start, end)).not.toContain("\n");
            expect(end).toBeGreaterThan(start);
          }
        },
      ),
    );
  });
});

describe("readCode", () => {
  const base = { role: "", toolCallId: "", location: "x", tool: "" };

  it("takes fenced blocks of answers, with their place", () => {
    const text =
      "Look:\n```js\nconst value = 1 + 1;\n```\nand\n```bash\nrm -rf build/output\n```\n";
    const pieces = readCode({ ...base, direction: "output", text });
    expect(
      pieces.map(({ source, start }) => [source, text.slice(start, start + source.length)]),
    ).toEqual([["const value = 1 + 1;\n", "const value = 1 + 1;\n"]]);
  });

  it("takes what edits write, at any depth, and nothing of results", () => {
    const text = JSON.stringify({
      path: "a.py",
      edits: [{ old_string: "x = 1", new_string: "x = eval(text)" }],
    });
    const call = { ...base, direction: "tool_call" as const, tool: "MultiEdit", text };
    expect(readCode(call).map(({ source }) => source)).toEqual(["x = eval(text)"]);
    expect(readCode({ ...call, direction: "tool_result" })).toEqual([]);
    expect(readCode({ ...call, text: "{not json" })).toEqual([]);
  });
});
