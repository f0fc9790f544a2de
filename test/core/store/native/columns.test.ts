import * as fc from "fast-check";
import {
  arrayColumn,
  boolColumn,
  dictionaryColumn,
  float64Column,
  int32Column,
  mapColumn,
  millisecondColumn,
  type NativeColumn,
  nanosecondColumn,
  stringColumn,
  uint8Column,
  uint32Column,
  uint64Column,
} from "../../../../core/store/native/columns.ts";
import { toNativeBlock } from "../../../../core/store/native/native-block.ts";
import type { OpenedStore } from "../../../../core/store/open-store.ts";
import { openMemoryStore } from "../../../helpers/memory-store.ts";

let store: OpenedStore;
let tables = 0;

beforeAll(async () => {
  store = await openMemoryStore();
});

afterAll(() => store.close());

interface Case<Value> {
  readonly column: () => NativeColumn<Value>;
  readonly values: fc.Arbitrary<Value>;
  /** The value as `toString` or JSON of ClickHouse gives it back. */
  readonly read: (value: Value) => unknown;
  readonly select?: string;
}

function define<Value>(item: Case<Value>): Case<Value> {
  return item;
}

/** Unpaired surrogates become U+FFFD; texts around the limits of short ones and of lengths. */
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme", maxLength: 60 }),
  fc.constantFrom("", "\ud800", "a".repeat(24), "é".repeat(24), "a".repeat(43), "\0"),
  fc.nat(20_000).map((length) => "x".repeat(length)),
);
const words = fc.constantFrom("", "a", "b", "ünïcode", "c".repeat(300));
const map = fc
  .array(fc.tuple(words, text), { maxLength: 4 })
  .map((entries) => new Map<string, string>(entries));
const readMap = (value: ReadonlyMap<string, string>) =>
  Object.fromEntries([...value].map(([key, item]) => [key, item.toWellFormed()]));

const cases = {
  UInt8: define({ column: uint8Column, values: fc.nat(255), read: Number }),
  Bool: define({ column: boolColumn, values: fc.boolean(), read: Boolean }),
  Int32: define({ column: int32Column, values: fc.integer(), read: Number }),
  UInt32: define({ column: uint32Column, values: fc.nat(4_294_967_295), read: Number }),
  UInt64: define<number | bigint>({
    column: uint64Column,
    values: fc.oneof(fc.maxSafeNat(), fc.bigInt(0n, 2n ** 64n - 1n)),
    read: String,
    select: "toString(v)",
  }),
  Float64: define({
    column: float64Column,
    values: fc.double(),
    read: (value) => String(new BigInt64Array(Float64Array.of(value + 0).buffer)[0]),
    select: "if(isNaN(v), '9221120237041090560', toString(reinterpretAsInt64(v + 0)))",
  }),
  "DateTime64(9)": define({
    column: nanosecondColumn,
    values: fc.bigInt(0n, 2n ** 64n - 1n),
    read: (value) => String(value < 2n ** 63n ? value : 2n ** 63n - 1n),
    select: "toString(toUnixTimestamp64Nano(v))",
  }),
  "DateTime64(3)": define({
    column: millisecondColumn,
    values: fc.nat(4_000_000_000).map((seconds) => seconds * 1000 + 7),
    read: String,
    select: "toString(toUnixTimestamp64Milli(v))",
  }),
  String: define({ column: stringColumn, values: text, read: (value) => value.toWellFormed() }),
  "LowCardinality(String)": define({ column: dictionaryColumn, values: words, read: String }),
  "Array(LowCardinality(String))": define<readonly string[]>({
    column: () => arrayColumn(dictionaryColumn()),
    values: fc.array(words, { maxLength: 4 }),
    read: (value) => value,
  }),
  "Map(LowCardinality(String), String)": define<ReadonlyMap<string, string>>({
    column: () => mapColumn<string>((item) => item),
    values: map,
    read: readMap,
  }),
  "Array(Map(LowCardinality(String), String))": define<readonly ReadonlyMap<string, string>[]>({
    column: () => arrayColumn(mapColumn<string>((item) => item)),
    values: fc.array(map, { maxLength: 3 }),
    read: (value) => value.map(readMap),
  }),
};

async function readBack<Value>(item: Case<Value>, values: readonly Value[]): Promise<unknown[]> {
  tables += 1;
  const table = `native_${tables}`;
  const columns = { n: uint32Column(), v: item.column() };
  await store.writes.command(
    `CREATE TABLE ${table} (n UInt32, v ${columns.v.type}) ENGINE = Memory`,
  );
  for (const [index, value] of values.entries()) {
    columns.n.append(index);
    columns.v.append(value);
  }
  await store.writes.insert(table, toNativeBlock(columns, values.length));
  const rows = await store.reads.query<{ value: unknown }>(
    `SELECT ${item.select ?? "v"} AS value FROM ${table} ORDER BY n`,
  );
  await store.writes.command(`DROP TABLE ${table}`);
  return rows.map(({ value }) => value);
}

describe.each(Object.entries(cases))("a column of %s", (_type, item) => {
  it("is read back by ClickHouse as it was written", async () => {
    const { values, read } = item as Case<unknown>;
    await fc.assert(
      fc.asyncProperty(fc.array(values, { minLength: 1, maxLength: 30 }), async (list) => {
        expect(await readBack(item as Case<unknown>, list)).toEqual(list.map(read));
      }),
      { numRuns: 15 },
    );
  });
});
