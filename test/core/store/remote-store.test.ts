import { readdirSync } from "node:fs";
import { MessageChannel } from "node:worker_threads";
import { dictionaryColumn, nanosecondColumn } from "../../../core/store/native/columns.ts";
import { toNativeBlock } from "../../../core/store/native/native-block.ts";
import { openSpool } from "../../../core/store/native/spool.ts";
import type { OpenedStore } from "../../../core/store/open-store.ts";
import { connectStore, type StorePair, serveStore } from "../../../core/store/remote-store.ts";
import { StoreError } from "../../../core/store/store-error.ts";
import { openMemoryStore } from "../../helpers/memory-store.ts";
import { spanRow } from "../../helpers/span-row.ts";

let store: OpenedStore;
let remote: StorePair;
let channel: MessageChannel;

beforeAll(async () => {
  store = await openMemoryStore();
  channel = new MessageChannel();
  serveStore(channel.port1, store);
  remote = connectStore(channel.port2, openSpool(store.spoolDir));
});

afterAll(async () => {
  channel.port1.close();
  await store.close();
});

it("queries with parameters", async () => {
  const rows = await remote.reads.query("SELECT {a:Array(String)} AS a", { a: ["x'", "y"] });
  expect(rows).toEqual([{ a: ["x'", "y"] }]);
});

it("hands blocks over in files", async () => {
  const columns = { Tenant: dictionaryColumn(), Timestamp: nanosecondColumn() };
  columns.Tenant.append("remote");
  columns.Timestamp.append(1_795_000_000_000_000_000n);
  await remote.writes.insert("otel_traces", toNativeBlock(columns, 1), { token: "one" });
  const rows = await remote.reads.query(
    "SELECT count() AS n FROM otel_traces WHERE Tenant = 'remote'",
  );
  expect(rows).toEqual([{ n: 1 }]);
  expect(readdirSync(store.spoolDir)).toEqual([]);
});

it("passes tokens on", async () => {
  const rows = [spanRow({ Tenant: "remote-token" })];
  await remote.writes.insert("otel_traces", rows, { token: "same" });
  await remote.writes.insert("otel_traces", rows, { token: "same" });
  const answer = await remote.reads.query(
    "SELECT count() AS n FROM otel_traces WHERE Tenant = 'remote-token'",
  );
  expect(answer).toEqual([{ n: 1 }]);
});

it("keeps message, code and kind of an error", async () => {
  const local = store.reads.query("SELECT nope FROM otel_traces").catch((error: unknown) => error);
  const far = remote.reads.query("SELECT nope FROM otel_traces").catch((error: unknown) => error);
  const [here, there] = await Promise.all([local, far]);
  expect(there).toBeInstanceOf(StoreError);
  expect(there).toMatchObject({ code: "47", retryable: false });
  expect(here).toMatchObject({ message: (there as StoreError).message });
});

it("fails what is open, and what comes later, when the port closes", async () => {
  const other = new MessageChannel();
  const orphan = connectStore(other.port2, openSpool(store.spoolDir));
  const open = orphan.reads.query("SELECT 1");
  other.port1.close();
  await expect(open).rejects.toMatchObject({ type: "PORT_CLOSED", retryable: true });
  await expect(orphan.reads.query("SELECT 1")).rejects.toMatchObject({ type: "PORT_CLOSED" });
});
