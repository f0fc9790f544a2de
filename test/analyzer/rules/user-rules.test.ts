import { createInspector } from "../../../analyzer/inspect/inspector.ts";
import { createScanner } from "../../../analyzer/inspect/scan-row.ts";
import { openUserRules } from "../../../analyzer/rules/open-user-rules.ts";
import { Config } from "../../../core/config/config.ts";
import { acmeRule, acmeToken, ruleFolder } from "./rule-files.ts";

const files = ruleFolder();
afterAll(files.remove);

const rude = {
  id: "rude-answer",
  type: "unsafe_output",
  severity: "low",
  strength: "weak",
  directions: ["output"],
  keywords: ["nonsense"],
  pattern: "(?i)what nonsense",
  mustMatch: ["What nonsense!"],
};

const path = files.write("rules.yaml", [acmeRule({ directions: ["output"] }), rude]);
const { analyzer } = Config.parse({ analyzer: { ruleFiles: [path] } });

describe("scan", () => {
  const scan = (row: object) => createScanner(analyzer).scanLine(JSON.stringify({ id: 1, ...row }));

  it("finds what the rules say, in the directions they name", () => {
    expect(scan({ direction: "output", text: `use ${acmeToken}` })).toEqual({
      id: 1,
      finding: true,
      detections: [
        {
          type: "secret_leak",
          detector: "user:acme-token",
          score: 0.9,
          finding: true,
          start: 4,
          end: 25,
          entity: "acme-token",
        },
      ],
    });
    expect(scan({ direction: "input", text: `use ${acmeToken}` })).toMatchObject({
      detections: [],
    });
    expect(scan({ direction: "output", text: "What nonsense, he said" })).toMatchObject({
      finding: false,
      detections: [{ type: "unsafe_output", detector: "user:rude-answer", start: 0, end: 13 }],
    });
  });
});

it("proves in every heartbeat that each rule is alive", () => {
  const beats = createInspector(analyzer).heartbeat();
  expect(beats.filter(({ detector }) => detector.startsWith("user:"))).toEqual([
    { detector: "user:acme-token", type: "secret_leak", ruleVersion: 1, passed: true },
    { detector: "user:rude-answer", type: "unsafe_output", ruleVersion: 1, passed: true },
  ]);
  expect(beats.every(({ passed }) => passed)).toBe(true);
});

describe("a change of the files", () => {
  it("is taken over; a mistake is told once and leaves the rules as they were", () => {
    const changing = files.write("changing.yaml", [acmeRule()]);
    const rules = openUserRules([changing]);
    expect(rules.refresh()).toEqual({ changed: false, problems: [] });
    files.write("changing.yaml", [acmeRule(), rude]);
    expect([rules.refresh(), rules.count()]).toEqual([{ changed: true, problems: [] }, 2]);
    files.write("changing.yaml", [acmeRule({ pattern: "(" })]);
    const broken = rules.refresh();
    expect(broken.problems[0]).toContain("changing.yaml: rule acme-token: pattern");
    expect([rules.refresh().changed, rules.count()]).toEqual([false, 2]);
  });

  it("stops a start", () => {
    const broken = files.write("broken.yaml", [acmeRule({ pattern: "(" })]);
    expect(() => openUserRules([broken])).toThrow(/The rules have 1 problem.*acme-token/s);
  });
});
