import { acmeRule, acmeToken, ruleFolder } from "../analyzer/rules/rule-files.ts";
import { runCli } from "../helpers/run-cli.ts";

const files = ruleFolder();
afterAll(files.remove);

it("checks rules: exit 0, or 1 with file, rule and what to do", async () => {
  const good = await runCli(["rules", "check", files.write("good.yaml", [acmeRule()])]);
  expect([good.code, good.stdout]).toEqual([0, "1 rules, all examples as they should be\n"]);
  const bad = await runCli(["rules", "check", files.write("bad.yaml", [acmeRule({ group: 9 })])]);
  expect([bad.code, bad.stdout]).toEqual([1, ""]);
  expect(bad.stderr).toMatch(/bad\.yaml: rule acme-token: group: expected at most 0/);
});

it("answers a check in JSON", async () => {
  const bad = files.write("worse.yaml", [acmeRule({ group: 9 })]);
  const { code, stdout } = await runCli(["rules", "check", "--json", bad]);
  expect([code, JSON.parse(stdout)]).toEqual([
    1,
    { rules: 0, problems: [expect.stringContaining("worse.yaml: rule acme-token: group")] },
  ]);
});

it("imports a gitleaks.toml into a file that it then checks and scans with", async () => {
  const toml = files.write(
    "gitleaks.toml",
    "[[rules]]\nid = 'acme'\nregex = '''acme_[a-z0-9]{16}'''\nkeywords = ['acme_']\n" +
      "[[rules]]\nid = 'path'\npath = '''p12$'''\n",
  );
  const imported = await runCli(["rules", "import", toml]);
  expect([imported.code, imported.stderr]).toEqual([
    0,
    expect.stringMatching(/^1 rules imported\.\nLeft out: rule path: it has no regex/) as string,
  ]);
  const rules = files.write("imported.yaml", imported.stdout);
  expect((await runCli(["rules", "check", rules])).code).toBe(0);
  const config = files.write("telltale.yaml", `analyzer:\n  ruleFiles: [${rules}]\n`);
  const row = JSON.stringify({ id: 1, direction: "output", text: `use ${acmeToken}` });
  const scanned = await runCli(["scan", "--config", config], { input: row });
  expect(JSON.parse(scanned.stdout)).toMatchObject({ detections: [{ detector: "user:acme" }] });
});

it("says what was wrong with a file to import", async () => {
  const { code, stderr } = await runCli(["rules", "import", "/nowhere/gitleaks.toml"]);
  expect(code).toBe(1);
  expect(stderr).toContain("Cannot read /nowhere/gitleaks.toml");
});
