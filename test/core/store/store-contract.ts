import * as fc from "fast-check";
import {
  dictionaryColumn,
  nanosecondColumn,
  stringColumn,
} from "../../../core/store/native/columns.ts";
import { type NativeBlock, toNativeBlock } from "../../../core/store/native/native-block.ts";
import type { OpenedStore } from "../../../core/store/open-store.ts";
import { spanRow } from "../../helpers/span-row.ts";

export type StoreUnderTest = Pick<OpenedStore, "reads" | "writes" | "close">;

/** What every store promises about parameters, results and inserts. */
export function describeStore(open: () => Promise<StoreUnderTest>): void {
  let store: StoreUnderTest;

  beforeAll(async () => {
    store = await open();
  });

  afterAll(() => store.close());

  describe("query parameters", () => {
    it("come back unchanged, whatever the string holds", async () => {
      const hostile = fc.oneof(
        fc.string({ unit: "binary" }),
        fc.string({
          unit: fc.constantFrom("'", "\\", "\n", "\t", "\0", "`", ";", "N", "{a:String}"),
        }),
      );
      await fc.assert(
        fc.asyncProperty(hostile, fc.array(hostile, { maxLength: 3 }), async (text, list) => {
          const rows = await store.reads.query(
            "SELECT {text:String} AS text, {list:Array(String)} AS list",
            { text, list },
          );
          expect(rows).toEqual([{ text, list }]);
        }),
        { numRuns: 100 },
      );
    });

    it.each([
      { type: "UInt64", value: 18_446_744_073_709_551_615n, text: "18446744073709551615" },
      { type: "Int64", value: -5, text: "-5" },
      { type: "Float64", value: 0.1, text: "0.1" },
      { type: "Bool", value: true, text: "true" },
      { type: "Nullable(String)", value: null, text: null },
      { type: "Array(UInt8)", value: [1, 2], text: "[1,2]" },
      { type: "Array(String)", value: [], text: "[]" },
      { type: "Map(String, String)", value: { "it's": "a\\b" }, text: "{'it\\'s':'a\\\\b'}" },
      {
        type: "DateTime64(3)",
        value: new Date(1_795_000_000_123),
        text: "2026-11-18 11:06:40.123",
      },
      { type: "DateTime", value: new Date(1_795_000_000_000), text: "2026-11-18 11:06:40" },
    ])("bind $type", async ({ type, value, text }) => {
      const rows = await store.reads.query(`SELECT toString({value:${type}}) AS text`, { value });
      expect(rows).toEqual([{ text }]);
    });

    it("never take the value of an earlier statement", async () => {
      await store.reads.query("SELECT {tenant:String}", { tenant: "a" });
      const forgotten = store.reads.query("SELECT {tenant:String} AS tenant");
      await expect(forgotten).rejects.toMatchObject({ code: "456" });
      const text = await store.reads.query(
        "SELECT '{tenant:String}' AS text /* {tenant:String} */",
      );
      expect(text).toEqual([{ text: "{tenant:String}" }]);
    });

    it("do not mix between connections that query at the same time", async () => {
      const ask = async (connection: "reads" | "writes", value: number) => {
        const rows = await store[connection].query<{ value: number }>(
          "SELECT {value:UInt32} AS value, max(number) FROM numbers(20000)",
          { value },
        );
        return rows[0]?.value;
      };
      const values = Array.from({ length: 200 }, (_, index) => index);
      const answers = await Promise.all(
        values.map((value) => ask(value % 2 === 0 ? "reads" : "writes", value)),
      );
      expect(answers).toEqual(values);
    });
  });

  describe("a query that fails after some output", () => {
    it("leaves nothing of it in the next result", async () => {
      const failing = store.reads.query(
        "SELECT number AS leaked, throwIf(number = 90000) FROM numbers(100000)",
      );
      await expect(failing).rejects.toMatchObject({ code: "395", retryable: false });
      expect(await store.reads.query("SELECT 'mine' AS text")).toEqual([{ text: "mine" }]);
    });
  });

  function blockOf(spanIds: readonly string[], keep?: readonly number[]): NativeBlock {
    const columns = {
      Tenant: dictionaryColumn(),
      SpanId: stringColumn(),
      Timestamp: nanosecondColumn(),
    };
    for (const spanId of spanIds) {
      columns.Tenant.append("forms");
      columns.SpanId.append(spanId);
      columns.Timestamp.append(1_795_000_000_123_456_789n);
    }
    return toNativeBlock(columns, spanIds.length, keep && Uint8Array.from(keep));
  }

  describe("insert", () => {
    it("takes objects and blocks", async () => {
      const Duration = 18_446_744_073_709_551_615n;
      const object = spanRow({ Tenant: "forms", SpanId: "01", Duration });
      await store.writes.insert("otel_traces", [object]);
      await store.writes.insert("otel_traces", blockOf(["02", "03"]), { token: "forms-block" });
      await store.writes.insert("otel_traces", blockOf(["04", "05"], [0, 1]), {
        token: "filtered",
      });
      const rows = await store.reads.query(`
      SELECT SpanId, toString(Duration) AS Duration FROM otel_traces
      WHERE Tenant = 'forms' ORDER BY SpanId`);
      expect(rows).toEqual([
        { SpanId: "01", Duration: "18446744073709551615" },
        { SpanId: "02", Duration: "0" },
        { SpanId: "03", Duration: "0" },
        { SpanId: "05", Duration: "0" },
      ]);
    });

    it("names the unknown column of a block", async () => {
      const bad = toNativeBlock({ Tenent: dictionaryColumn() }, 0);
      await expect(store.writes.insert("otel_traces", bad)).rejects.toMatchObject({ code: "16" });
    });

    it("does nothing for no rows", async () => {
      await store.writes.insert("otel_traces", [], { token: "empty" });
      const rows = await store.reads.query("SELECT 1 FROM otel_traces WHERE Tenant = ''");
      expect(rows).toEqual([]);
    });

    it("names the unknown column and stores nothing", async () => {
      const insert = store.writes.insert("otel_traces", [{ Tenant: "misspelled", Tenent: "a" }]);
      await expect(insert).rejects.toMatchObject({ code: "117", message: /Tenent/ });
      const rows = await store.reads.query("SELECT 1 FROM otel_traces WHERE Tenant = 'misspelled'");
      expect(rows).toEqual([]);
    });
  });
}
