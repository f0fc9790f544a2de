import { importGitleaks } from "../../../analyzer/rules/import-gitleaks.ts";
import { parseRules } from "../../../analyzer/rules/load-rules.ts";
import { createRuleEngine } from "../../../analyzer/rules/rule-engine.ts";

const toml = `
title = "invented"
[extend]
useDefault = true

[[rules]]
id = "Acme"
description = "Acme token"
regex = '''(?i)[\\w.-]{0,50}?acme(?:[\\x20=:'"]){0,5}([a-z0-9]{16})(?:[\\x60'"\\s;]|$)'''
entropy = 3
keywords = ["acme"]
[[rules.allowlists]]
regexes = ["0{8}"]
stopwords = ["sample"]
paths = ["test/"]

[[rules]]
id = "on-paths"
path = '''\\.p12$'''

[[rules]]
id = "behind"
regex = '''(?<=a)b'''
keywords = ["ab"]

[[rules]]
id = "wordless"
regex = '''[0-9]{40}'''
`;

it("imports what RE2 runs and names what it leaves out", () => {
  const { yaml, count, leftOut } = importGitleaks(toml);
  expect(count).toBe(1);
  expect(leftOut).toEqual([
    expect.stringContaining("extend: rules of other files are not read"),
    "rule Acme: an allow-list of paths",
    expect.stringContaining("rule on-paths: it has no regex"),
    expect.stringContaining("rule behind: pattern: RE2 cannot run"),
    expect.stringContaining("rule wordless: it has no keywords"),
  ]);
  const problems: string[] = [];
  const rules = parseRules(yaml, "imported.yaml", problems);
  expect(problems).toEqual([]);
  const scan = createRuleEngine(rules);
  const text = "ACME: 7d2f9b4c1e8a6053\n";
  expect(scan(text).hits.map(({ start, end }) => text.slice(start, end))).toEqual([
    "7d2f9b4c1e8a6053",
  ]);
  expect(scan("acme=000000001e8a6053 acme=aaaaaaaaaaaaaaaa").hits).toEqual([]);
});

it("refuses what is no TOML, and imports nothing from another one", () => {
  expect(() => importGitleaks("a = [")).toThrow("expected a gitleaks.toml");
  expect(importGitleaks('a = "b"')).toMatchObject({ count: 0, leftOut: [] });
});
