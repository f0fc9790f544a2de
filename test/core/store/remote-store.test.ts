import { MessageChannel } from "node:worker_threads";
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
  remote = connectStore(channel.port2);
});

afterAll(async () => {
  channel.port1.close();
  await store.close();
});

it("queries with parameters", async () => {
  const rows = await remote.reads.query("SELECT {a:Array(String)} AS a", { a: ["x'", "y"] });
  expect(rows).toEqual([{ a: ["x'", "y"] }]);
});

it("moves ready bytes instead of copying them, and leaves shared buffers alone", async () => {
  const line = JSON.stringify(spanRow({ Tenant: "remote" }));
  const own = new TextEncoder().encode(line).slice();
  const pooled = Buffer.from(line);
  await remote.writes.insert("otel_traces", own, { token: "one" });
  await remote.writes.insert("otel_traces", own.byteLength === 0 ? pooled : own, { token: "two" });
  expect(own.byteLength).toBe(0);
  expect(pooled.toString()).toBe(line);
  const rows = await remote.reads.query(
    "SELECT count() AS n FROM otel_traces WHERE Tenant = 'remote'",
  );
  expect(rows).toEqual([{ n: 2 }]);
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
  const orphan = connectStore(other.port2);
  const open = orphan.reads.query("SELECT 1");
  other.port1.close();
  await expect(open).rejects.toMatchObject({ type: "PORT_CLOSED", retryable: true });
  await expect(orphan.reads.query("SELECT 1")).rejects.toMatchObject({ type: "PORT_CLOSED" });
});
