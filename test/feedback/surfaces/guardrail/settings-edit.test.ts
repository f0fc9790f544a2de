import * as fc from "fast-check";
import { parse } from "jsonc-parser";
import { addPermissionRule } from "../../../../feedback/surfaces/guardrail/settings-edit.ts";
import { removedLines } from "../../../../feedback/text/unified-diff.ts";

const rule = "WebFetch(domain:evil.example)";

function edited(before: string | null, list: "deny" | "ask" = "deny"): string {
  const result = addPermissionRule(before, list, rule);
  return result.status === "edited" ? result.text : `(${result.status})`;
}

describe("addPermissionRule", () => {
  it.each([
    {
      name: "creates a minimal file",
      before: null,
      after: `{\n  "permissions": {\n    "deny": [\n      "${rule}"\n    ]\n  }\n}\n`,
    },
    {
      name: "keeps a one-line list on one line",
      before: `{"permissions": {"deny": ["Bash(rm:*)"]}}`,
      after: `{"permissions": {"deny": ["Bash(rm:*)", "${rule}"]}}`,
    },
    {
      name: "fills an empty list",
      before: `{\n\t"permissions": { "deny": [] }\n}\n`,
      after: `{\n\t"permissions": { "deny": ["${rule}"] }\n}\n`,
    },
    {
      name: "adds a line to a list of lines, before its comment",
      before: `{\n  "permissions": {\n    "deny": [\n      "A", // first\n      "B" // second\n    ]\n  }\n}`,
      after: `{\n  "permissions": {\n    "deny": [\n      "A", // first\n      "B", // second\n      "${rule}"\n    ]\n  }\n}`,
    },
    {
      name: "keeps trailing commas, CRLF and a byte order mark",
      before: `\uFEFF{\r\n  "permissions": {\r\n    "deny": [\r\n      "A",\r\n    ],\r\n  },\r\n}\r\n`,
      after: `\uFEFF{\r\n  "permissions": {\r\n    "deny": [\r\n      "A",\r\n      "${rule}",\r\n    ],\r\n  },\r\n}\r\n`,
    },
    {
      name: "adds the list beside another",
      before: `{\n  "permissions": {\n    "allow": ["Bash"]\n  }\n}\n`,
      after: `{\n  "permissions": {\n    "allow": ["Bash"],\n    "deny": ["${rule}"]\n  }\n}\n`,
    },
    {
      name: "adds the permissions to other settings",
      before: `{\n  // model\n  "model": "x"\n}\n`,
      after: `{\n  // model\n  "model": "x",\n  "permissions": { "deny": ["${rule}"] }\n}\n`,
    },
  ])("$name", ({ before, after }) => {
    expect(edited(before)).toBe(after);
  });

  it("knows a rule that is in place", () => {
    expect(edited(`{"permissions":{"deny":["${rule}"]}}`)).toBe("(in_place)");
  });

  it.each([
    ["not JSON", "{ permissions: "],
    ["empty", ""],
    ["a list", "[]"],
    ["permissions that are text", `{"permissions": "x"}`],
    ["a deny that is an object", `{"permissions": {"deny": {}}}`],
    ["a deny with a number", `{"permissions": {"deny": [1]}}`],
    ["permissions twice", `{"permissions": {}, "permissions": {"deny": []}}`],
  ])("never edits %s", (_name, before) => {
    expect(edited(before)).toBe("(refused)");
  });

  it("writes text that says the old settings and the rule, and nothing else", () => {
    const before = `{"hooks":{"a":[1]},"permissions":{"allow":["X"],"ask":["Y"]}}`;
    expect(parse(edited(before, "ask"))).toEqual({
      hooks: { a: [1] },
      permissions: { allow: ["X"], ask: ["Y", rule] },
    });
  });

  it("adds the rule and nothing else to every settings object, and keeps its lines", () => {
    const rules = fc.array(fc.string({ unit: "binary" }), { maxLength: 3 });
    const permissions = fc.record({ allow: rules, deny: rules, ask: rules }, { requiredKeys: [] });
    const settings = fc.record(
      { model: fc.jsonValue(), permissions, env: fc.jsonValue() },
      { requiredKeys: [] },
    );
    const indent = fc.constantFrom<string | number>(0, 2, 4, "\t");
    fc.assert(
      fc.property(settings, indent, fc.boolean(), (value, step, crlf) => {
        const text = JSON.stringify(value, null, step);
        const before = crlf ? text.replaceAll("\n", "\r\n") : text;
        const after = edited(before);
        const deny = [...(value.permissions?.deny ?? []), rule];
        const expected = { ...value, permissions: { ...value.permissions, deny } };
        // Not the parser of comments: it loses a key such as __proto__, which the text keeps.
        expect(JSON.parse(after)).toEqual(JSON.parse(JSON.stringify(expected)));
        expect(removedLines({ path: "", before, after }).length).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("keeps a hostile rule a string", () => {
    const hostile = 'x","allow":["Bash(*)';
    const result = addPermissionRule(`{"permissions":{"deny":["A"]}}`, "deny", hostile);
    expect(result.status === "edited" && parse(result.text)).toEqual({
      permissions: { deny: ["A", hostile] },
    });
  });
});
