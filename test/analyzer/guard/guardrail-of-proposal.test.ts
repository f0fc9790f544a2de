import * as fc from "fast-check";
import { approvedRules } from "../../../analyzer/guard/guardrail-of-proposal.ts";
import type { Proposal } from "../../../core/model/proposal.ts";
import { addPermissionRule } from "../../../feedback/surfaces/guardrail/settings-edit.ts";
import { unifiedDiff } from "../../../feedback/text/unified-diff.ts";

const path = ".claude/settings.json";

function proposal(patch: string, body = "", format = "claude-settings"): Proposal {
  return { target: { repository: "shop", path, format }, patch, body } as Proposal;
}

function patchOf(before: string | null, list: "deny" | "ask", rule: string): string {
  const edit = addPermissionRule(before, list, rule);
  if (edit.status !== "edited") {
    throw new Error(`expected an edit, got ${edit.status}`);
  }
  return unifiedDiff([{ path, before, after: edit.text }]);
}

const effects = fc.constantFrom("deny" as const, "ask" as const);
const names = fc.stringMatching(/^[a-z]{1,12}$/);
const rules = fc.uniqueArray(
  names.map((name) => `Bash(${name}:*)`),
  { maxLength: 12 },
);

it("reads the rule and its list out of every patch that is made", () => {
  const settings = fc.record({ allow: rules, deny: rules, ask: rules, indent: fc.nat(2) });
  fc.assert(
    fc.property(settings, effects, names, ({ indent, ...permissions }, effect, name) => {
      const rule = `Bash(${name} push:*)`;
      const before = JSON.stringify({ model: "opus", permissions, env: { A: "b" } }, null, indent);
      const page = `Add \`${rule}\` to \`permissions.${effect}\` in \`${path}\`.`;
      const found = approvedRules(proposal(patchOf(before, effect, rule), page));
      expect(found).toEqual([{ rule, effect }]);
    }),
  );
});

it("reads a new settings file", () => {
  expect(approvedRules(proposal(patchOf(null, "deny", "WebFetch(domain:a.example)")))).toEqual([
    { rule: "WebFetch(domain:a.example)", effect: "deny" },
  ]);
});

it("asks rather than denies where neither patch nor page names the list", () => {
  const deny = Array.from({ length: 9 }, (_, index) => `Bash(a${index}:*)`);
  const before = JSON.stringify({ permissions: { deny } }, null, 2);
  const patch = patchOf(before, "deny", "Bash(curl:*)");
  expect(approvedRules(proposal(patch))).toEqual([{ rule: "Bash(curl:*)", effect: "ask" }]);
});

it("reads only the target file and only formats that say what they stop", () => {
  const patch = patchOf(null, "deny", "Bash(curl:*)");
  const advice = unifiedDiff([{ path: "CLAUDE.md", before: "a\n", after: 'a\n"deny": "x"\n' }]);
  expect(approvedRules(proposal(patch + advice))).toHaveLength(1);
  expect(approvedRules(proposal(advice))).toEqual([]);
  expect(approvedRules(proposal(patch, "", "agents-md"))).toEqual([]);
  expect(approvedRules(proposal(""))).toEqual([]);
});

it("never throws on a patch of any text", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const found = approvedRules(proposal(`+++ b/${path}\n@@ -1 +1 @@\n+${text}\n+"\\u00"\n`));
      expect(Array.isArray(found)).toBe(true);
    }),
  );
});
