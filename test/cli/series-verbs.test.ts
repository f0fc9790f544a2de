import { createRandom } from "../../bench/random.ts";
import { parseTime } from "../../cli/read-series.ts";
import { runCli } from "../helpers/run-cli.ts";

const start = Date.UTC(2026, 10, 1);

function csv(values: readonly (number | string)[], header = "timestamp,value"): string {
  const rows = values.map(
    (value, row) => `${new Date(start + row * 60_000).toISOString()},${value}`,
  );
  return `${[header, ...rows].join("\n")}\n`;
}

async function ask(args: readonly string[], input: string) {
  const { code, stdout, stderr } = await runCli(args, { input });
  expect([code, stderr]).toEqual([0, ""]);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

const random = createRandom(1);
const wave = Array.from({ length: 400 }, (_, row) => (row === 300 ? 900 : 100 + 5 * random()));

it("series answers one line per row, and the anomaly alerts", async () => {
  const answers = await ask(["series"], csv(wave));
  expect(answers.map(({ i }) => i)).toEqual(wave.map((_, row) => row));
  expect(answers.filter(({ alert }) => alert).map(({ i }) => i)).toEqual([300]);
  expect(answers.every(({ score }) => Number(score) >= 0 && Number(score) <= 1)).toBe(true);
});

it("series is causal: what comes later does not change what was said", async () => {
  const whole = await ask(["series"], csv(wave));
  const part = await ask(["series"], csv(wave.slice(0, 250)));
  expect(part).toEqual(whole.slice(0, 250));
});

it.each([
  {
    name: "a byte-order mark, CRLF and quotes",
    text: '\uFEFF"TimeStamp","Value"\r\n"2026-11-01 00:00:00","1"\r\n\r\n',
    rows: 1,
  },
  { name: "no header", text: "1793491200,5\n1793491260,6\n", rows: 2 },
  { name: "values only", text: "value\n5\n6\n7", rows: 3 },
  {
    name: "semicolons and other columns",
    text: "label;value;time\na;1;2026-11-01\nb;2;2026-11-02\n",
    rows: 2,
  },
  { name: "missing values", text: csv(["", "NaN", "null", "Infinity", "-1e400"]), rows: 5 },
  { name: "huge and tiny values", text: csv([1e308, -1e308, 5e-324, 0, 1e300]), rows: 5 },
  { name: "times out of order and twice", text: "timestamp,value\n200,1\n100,2\n100,3\n", rows: 3 },
])("series reads $name", async ({ text, rows }) => {
  const answers = await ask(["series"], text);
  expect(answers).toHaveLength(rows);
  expect(answers.every(({ score }) => Number.isFinite(score))).toBe(true);
});

it.each([
  { verb: ["series"], input: "", says: "expected rows of timestamp,value, got none", code: 1 },
  { verb: ["series"], input: "timestamp,value\n", says: "got none", code: 1 },
  {
    verb: ["series"],
    input: csv([1, "many"]),
    says: 'line 3: expected a number, got "many"',
    code: 1,
  },
  {
    verb: ["series"],
    input: "timestamp,value\nyesterday,1\n",
    says: "line 2: expected a time",
    code: 1,
  },
  { verb: ["series"], input: "a,b,c\n1,2,3\n", says: "expected a column named value", code: 1 },
  { verb: ["series", "/nowhere.csv"], input: "", says: "Cannot read /nowhere.csv", code: 1 },
  {
    verb: ["changepoints", "--compat", "x"],
    input: "1\n",
    says: "--compat: expected otava",
    code: 2,
  },
  {
    verb: ["changepoints", "--compat", "otava", "--window-len", "1"],
    input: "1\n",
    says: "--window-len",
    code: 2,
  },
  {
    verb: ["changepoints", "--compat", "otava", "--max-pvalue", "2"],
    input: "1\n",
    says: "--max-pvalue",
    code: 2,
  },
  { verb: ["impact"], input: csv([1]), says: "--at", code: 2 },
  { verb: ["impact", "--at", "soon"], input: csv([1]), says: "--at: expected a time", code: 2 },
  {
    verb: ["impact", "--at", "2026-11-01", "--window", "0"],
    input: csv([1]),
    says: "--window",
    code: 2,
  },
  {
    verb: ["impact", "--at", "2026-11-01", "--window", "1e300"],
    input: csv([1]),
    says: "--window: expected seconds above 0 and at most",
    code: 2,
  },
  {
    verb: ["impact", "--at", "2026-11-01", "--better", "up"],
    input: csv([1]),
    says: "--better",
    code: 2,
  },
  {
    verb: ["impact", "--at", "2026-11-01"],
    input: csv([1]),
    says: "expected at least 10 values",
    code: 1,
  },
  {
    verb: ["impact", "--at", "2026-11-01"],
    input: "1\n2\n",
    says: "expected columns timestamp,value",
    code: 1,
  },
])("$verb refuses with code $code and says: $says", async ({ verb, input, says, code }) => {
  const result = await runCli(verb, { input });
  expect(result.code).toBe(code);
  expect(result.stderr).toContain(says);
  expect(result.stderr).not.toContain("    at ");
});

it("changepoints counts rows, missing ones too, in both modes", async () => {
  const draw = createRandom(2);
  const values = Array.from({ length: 120 }, (_, row) =>
    row === 5 ? "" : (row < 60 ? 20 : 30) + draw(),
  );
  for (const mode of [[], ["--compat", "otava"]]) {
    const [answer] = await ask(["changepoints", ...mode], csv(values));
    expect(answer).toEqual({
      changePoints: [{ i: 60, pValue: expect.any(Number), effect: expect.closeTo(0.5, 1) }],
    });
  }
});

it.each(["one row", "a constant"])("changepoints finds nothing in %s", async (name) => {
  const text = name === "one row" ? "5\n" : "5\n".repeat(100);
  expect(await ask(["changepoints"], text)).toEqual([{ changePoints: [] }]);
});

it("impact answers score, effect, p-value and verdict", async () => {
  const at = start + 300 * 60_000;
  const moved = wave.map((value, row) => (row >= 300 ? 150 : value));
  for (const time of [new Date(at).toISOString(), String(at / 1_000)]) {
    const [answer] = await ask(["impact", "--at", time, "--window", "3600"], csv(moved));
    expect(answer).toEqual({
      score: expect.any(Number),
      effect: expect.closeTo(0.46, 1),
      pValue: expect.any(Number),
      verdict: "broke",
    });
  }
});

it.each([
  ["2026-11-01T00:00:00Z", start],
  ["2026-11-01T01:00:00+01:00", start],
  ["2026-11-01 00:00:00", start],
  ["2026-11-01T00:00:00.123456789Z", start + 123],
  ["2026-11-01", start],
  [String(start / 1_000), start],
  [String(start), start],
  [String(start * 1_000), start],
  ["2026-13-01", null],
  ["1e300", null],
  ["now", null],
  ["", null],
])("reads %s as a time", (text, expected) => {
  expect(parseTime(text)).toBe(expected);
});
