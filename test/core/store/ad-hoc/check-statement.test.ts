import * as fc from "fast-check";
import { AdHocRefusedError } from "../../../../core/store/ad-hoc/ad-hoc-error.ts";
import { checkStatement } from "../../../../core/store/ad-hoc/check-statement.ts";
import type { OpenedStore } from "../../../../core/store/open-store.ts";
import { openMemoryStore } from "../../../helpers/memory-store.ts";

let store: OpenedStore;

beforeAll(async () => {
  store = await openMemoryStore();
});

afterAll(() => store.close());

function accepts(sql: string): boolean {
  try {
    checkStatement(sql);
    return true;
  } catch (error) {
    if (error instanceof AdHocRefusedError) {
      return false;
    }
    throw error;
  }
}

/** Whether ClickHouse runs what comes after the semicolon as a statement of its own. */
async function runsSecond(sql: string): Promise<boolean> {
  const rows = await store.reads
    .query<Record<string, unknown>>(`${sql}; SELECT 'second' AS second`)
    .catch(() => []);
  return rows.some((row) => row["second"] === "second");
}

const fragments = [
  "'",
  '"',
  "`",
  "\\",
  "''",
  "--",
  "/*",
  "*/",
  "//",
  "#",
  "# ",
  "#!",
  "$",
  "$$",
  "$a$",
  "\n",
  "\r",
  " ",
  "\u00a0",
  "\u2018",
  "\u2019",
  "\u201c",
  "\u201d",
  "\u2212",
  "a",
  "1",
  ",",
  "AS",
  "+",
  "{",
  "}",
  "\0",
  "\u2028",
  ";",
  "@",
  "|",
  "^",
  "~",
  "&",
];

it("refuses whatever lets ClickHouse see a second statement", async () => {
  let second = 0;
  const syntax = fc.array(fc.constantFrom(...fragments), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(syntax, async (parts) => {
      const sql = `SELECT 1 ${parts.join("")}`;
      const runs = await runsSecond(sql);
      second += runs ? 1 : 0;
      expect(runs && accepts(`${sql}; SELECT 'second' AS second`)).toBe(false);
    }),
    { numRuns: 1500, seed: 7 },
  );
  // The generator reaches the case at all.
  expect(second).toBeGreaterThan(50);
});

it("keeps quoted semicolons and drops those at the end", () => {
  expect(checkStatement("SELECT ';' /* ; */ ; ; -- ;\n")).toBe("SELECT ';'");
});

it("wants a value for each placeholder", () => {
  expect(accepts("SELECT {a:String}")).toBe(false);
  expect(checkStatement("SELECT {a:String}", ["a"])).toBe("SELECT {a:String}");
  expect(accepts("SELECT '{a:String}'")).toBe(true);
});

it("refuses more than 256 KiB with 413", () => {
  const long = `SELECT '${"a".repeat(300_000)}'`;
  expect(() => checkStatement(long)).toThrow(expect.objectContaining({ status: 413 }));
});
