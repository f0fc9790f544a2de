import { readdirSync } from "node:fs";
import { dictionaryColumn } from "../../../core/store/native/columns.ts";
import { toNativeBlock } from "../../../core/store/native/native-block.ts";
import type { OpenedStore } from "../../../core/store/open-store.ts";
import { openMemoryStore } from "../../helpers/memory-store.ts";
import { describeStore } from "./store-contract.ts";

let store: OpenedStore;

beforeAll(async () => {
  store = await openMemoryStore();
});

afterAll(() => store.close());

// The one store of this file: chdb has one data folder per process.
describeStore(async () => ({ ...store, close: async () => undefined }));

it("leaves no file of a block behind, also when it is refused", async () => {
  const bad = toNativeBlock({ Tenent: dictionaryColumn() }, 0);
  await expect(store.writes.insert("otel_traces", bad)).rejects.toMatchObject({ code: "16" });
  expect(readdirSync(store.spoolDir)).toEqual([]);
});

it("caps the memory of the engine", async () => {
  const heavy = store.reads.query("SELECT uniqExact(number) FROM numbers(200000000)");
  await expect(heavy).rejects.toMatchObject({ type: "MEMORY_LIMIT_EXCEEDED", retryable: true });
});
