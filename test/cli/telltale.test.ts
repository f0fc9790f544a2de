import { runCli } from "../helpers/run-cli.ts";

const nowhere = { TELLTALE_API_URL: "http://127.0.0.1:9" };

it.each([
  "up",
  "demo",
  "replay",
  "scan",
  "guard",
  "rules check",
  "rules import",
  "findings",
  "findings list",
  "findings show",
  "findings status",
  "proposals",
  "proposals approve",
  "proposals reject",
  "changes",
  "changes import",
  "doctor",
  "bench",
])("%s --help answers and exits 0", async (verb) => {
  const { code, stdout, stderr } = await runCli([...verb.split(" "), "--help"]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toContain(`Usage: telltale ${verb.split(" ")[0]}`);
});

it("lists every verb", async () => {
  const { code, stdout } = await runCli(["--help"]);
  expect(code).toBe(0);
  for (const verb of ["up", "demo", "replay", "scan", "findings", "proposals", "doctor"]) {
    expect(stdout).toMatch(new RegExp(`^  ${verb} `, "m"));
  }
});

it.each([
  { args: ["nonsense"], words: "unknown command 'nonsense'" },
  { args: ["findings", "nonsense"], words: "nonsense" },
  { args: ["findings", "list", "--bad"], words: "unknown option '--bad'" },
  { args: ["findings", "show"], words: "missing required argument 'id'" },
  { args: ["findings", "status", "f", "open"], words: "--reason" },
  { args: ["replay"], words: "missing required argument 'files'" },
  {
    args: ["replay", "--signal", "smoke", "x"],
    words: "expected traces, logs or metrics, got smoke",
  },
  { args: ["changes", "import"], words: "--repo" },
  { args: ["changes", "import", "--repo", ".", "--max", "0"], words: "--max: expected a number" },
  { args: ["changes", "import", "--repo", ".", "--since", "x"], words: "--since: expected a time" },
  { args: ["demo", "--seed", "x"], words: "--seed: expected a whole number, got x" },
  { args: ["bench", "nothing"], words: "bench: expected one of " },
  { args: ["up", "--role", "nobody"], words: "Allowed choices are" },
  { args: ["up", "--role", "analyzer"], words: "Run without --role" },
])("$args is wrong usage: exit 2 and words", async ({ args, words }) => {
  const { code, stdout, stderr } = await runCli(args);
  expect([code, stdout]).toEqual([args[2] === "analyzer" ? 1 : 2, ""]);
  expect(stderr).toContain(words);
  expect(stderr).not.toMatch(/^\s+at /m);
});

it("shows its usage when no verb is given", async () => {
  const { code, stderr } = await runCli([]);
  expect(code).toBe(2);
  expect(stderr).toContain("Usage: telltale");
});

it.each([
  ["findings"],
  ["findings", "show", "x"],
  ["findings", "status", "x", "open", "--reason", "y"],
  ["proposals", "list"],
  ["proposals", "approve", "x", "--reason", "y"],
  ["replay", "/dev/null"],
])("%s %s says that no service runs and exits 1", async (...args) => {
  const { code, stdout, stderr } = await runCli(args, { env: nowhere });
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toContain("No Telltale answers at http://127.0.0.1:9");
  expect(stderr).toContain("telltale up");
  expect(stderr).not.toMatch(/^\s+at /m);
});

it.each([
  {
    args: ["replay", "--otlp", "http://127.0.0.1:9", "gone.jsonl"],
    words: "Cannot read gone.jsonl",
  },
  { args: ["replay", "--otlp", "http://127.0.0.1:9", "gone.json"], words: "Cannot read gone.json" },
  {
    args: ["replay", "--otlp", "http://127.0.0.1:9", "gone.json.gz"],
    words: "Cannot read gone.json",
  },
  { args: ["changes", "import", "--repo", "/"], words: "expected a git repository" },
  { args: ["scan", "gone.jsonl"], words: "Cannot read gone.jsonl" },
])("$args fails in words", async ({ args, words }) => {
  const { code, stderr } = await runCli(args);
  expect(code).toBe(1);
  expect(stderr).toContain(words);
  expect(stderr).not.toMatch(/^\s+at /m);
});
