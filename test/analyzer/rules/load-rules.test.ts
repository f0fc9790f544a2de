import * as fc from "fast-check";
import { loadRules, parseRules } from "../../../analyzer/rules/load-rules.ts";
import { acmeRule, ruleFolder } from "./rule-files.ts";

const files = ruleFolder();
afterAll(files.remove);

function problemsOf(...rules: readonly object[]): string[] {
  return [...loadRules([files.write("one.yaml", rules)]).problems];
}

it("takes a good rule, and the files of a folder in their order", () => {
  const two = ruleFolder();
  two.write("b.yaml", [acmeRule({ id: "b" })]);
  two.write("a.yml", [acmeRule({ id: "a" })]);
  two.write("notes.txt", "no rules");
  const { rules, problems } = loadRules([two.folder]);
  two.remove();
  expect([problems, rules.map(({ rule }) => rule.id)]).toEqual([[], ["a", "b"]]);
});

it.each([
  [acmeRule({ pattern: "(?=x)acme_" }), "pattern: RE2 cannot run"],
  [acmeRule({ pattern: "(a)\\1" }), "no back references"],
  [
    acmeRule({ pattern: "(?:abcdefghijklmnopqrstuvwxyz){1000}" }),
    "lower the bounds of its repeats",
  ],
  [acmeRule({ group: 2 }), "group: expected at most 0"],
  [acmeRule({ allow: { patterns: ["("] } }), "allow.patterns: RE2 cannot run"],
  [acmeRule({ mustMatch: [] }), "mustMatch: expected at least one text"],
  [acmeRule({ mustMatch: ["nothing here"] }), '"nothing here" is not found'],
  [acmeRule({ mustPass: ["acme_7d2f9b4c1e8a6053"] }), "is found; narrow the pattern"],
  [acmeRule({ entropy: 5 }), "look at keywords, entropy and allow"],
  [acmeRule({ keywords: ["ácme"] }), "keywords.0: expected ASCII"],
  [acmeRule({ keywords: [] }), "keywords: expected at least one word"],
  [acmeRule({ type: "rudeness" }), "type: "],
  [acmeRule({ colour: "red" }), "colour"],
  [acmeRule({ id: "Acme Token" }), "id: expected 1 to 64 of a-z"],
])("names file, rule and what to do: %j", (rule, words) => {
  const problems = problemsOf(rule);
  expect(problems.join("\n")).toContain(words);
  for (const problem of problems) {
    expect(problem).toMatch(/one\.yaml: rule (acme-token|Acme Token|number 1): /);
  }
});

it("refuses one id twice, a missing file and a file without rules", () => {
  const path = files.write("x.yaml", [acmeRule()]);
  const other = files.write("y.yaml", [acmeRule()]);
  expect(loadRules([path, other]).problems).toEqual([
    `${other}: rule acme-token: the id is taken by a rule of ${path}; rename one`,
  ]);
  expect(loadRules(["/nowhere/rules.yaml"]).problems[0]).toContain("/nowhere/rules.yaml: expected");
  expect(loadRules([files.write("z.yaml", "patterns: []")]).problems[0]).toContain("z.yaml: ");
  expect(loadRules([files.write("z.yaml", "a: [")]).problems[0]).toContain("z.yaml: ");
});

it("says something about any text and throws about none", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), fc.constant("a: &a [*a]")), (text) => {
      const problems: string[] = [];
      const rules = parseRules(text, "f", problems);
      expect(rules.length + problems.length).toBeGreaterThan(0);
    }),
  );
});
