import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  analyzerProbe,
  createFreeSpace,
  diskProbe,
  queueProbe,
  storeProbe,
} from "../../../core/health/probes.ts";
import { type WatchedStore, watchStore } from "../../../core/health/watch-store.ts";
import type { OpenedStore } from "../../../core/store/open-store.ts";
import { openMemoryStore } from "../../helpers/memory-store.ts";
import { spanRow } from "../../helpers/span-row.ts";
import { openTestQueue } from "../../helpers/test-queue.ts";
import { waitUntil } from "../../helpers/wait-until.ts";

const dir = mkdtempSync(join(tmpdir(), "telltale-probes-"));
let store: OpenedStore;
let writes: WatchedStore;
beforeAll(async () => {
  store = await openMemoryStore();
  writes = watchStore(store.writes);
});
afterAll(async () => {
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

const record = {
  tenant: "default",
  signal: "logs",
  receivedAtUnixMs: 1,
  contentType: "json",
  contentEncoding: "identity",
  acceptedCount: 3,
  rejectedOrdinals: [],
  rejected: {},
  body: Buffer.alloc(20_000, 1),
} as const;

describe("the disk", () => {
  it("is fine with room, and in trouble with less than is asked for", async () => {
    const space = createFreeSpace(dir);
    expect(await diskProbe(space, 1).check()).toBeNull();
    expect(space.lastBytes()).toBeGreaterThan(1);
    expect(await diskProbe(space, 2 ** 62).check()).toMatch(/^the disk is nearly full: \d+ MiB/);
  });

  it("is in trouble when its folder is gone", async () => {
    const probe = diskProbe(createFreeSpace(join(dir, "missing")), 1);
    await expect(async () => probe.check()).rejects.toThrow(
      "the data folder cannot be written (ENOENT)",
    );
  });
});

describe("the queue", () => {
  it("is fine, then nearly full or full, then fine once it is drained", async () => {
    const queue = openTestQueue(4 << 20);
    const probe = queueProbe(queue.producer);
    expect(await probe.check()).toBeNull();
    async function fill(): Promise<void> {
      for (;;) {
        await queue.producer.append(record);
      }
    }
    await expect(fill()).rejects.toThrow("queue is full");
    expect(await probe.check()).toMatch(/^the queue is (nearly )?full/);
    await queue.drain();
    expect(await probe.check()).toBeNull();
    await queue.close();
  });
});

describe("the store", () => {
  it("is in trouble while a write waits behind a slow statement, and recovers", async () => {
    const probe = storeProbe({ reads: store.reads, writes }, 0.5);
    expect(await probe.check()).toBeNull();
    const slow = writes.command("SELECT sleep(2) FORMAT Null");
    const insert = writes.insert("otel_traces", [spanRow()], { token: "slow" });
    const reason = await waitUntil("the wait to be noticed", async () => probe.check());
    expect(reason).toMatch(/^the store has not finished a write for \d s$/);
    await Promise.all([slow, insert]);
    expect(await probe.check()).toBeNull();
  });

  it("is in trouble after a write that it refused, until one is taken", async () => {
    const probe = storeProbe({ reads: store.reads, writes }, 60);
    const rows = [spanRow({ SpanId: "c".repeat(16) })];
    // The engine really gives up: no statement fits into a memory of one kilobyte.
    await store.writes.command("SET max_memory_usage = 1000");
    await expect(writes.insert("otel_traces", rows, { token: "big" })).rejects.toThrow("memory");
    expect(await probe.check()).toBe("the store refuses to write: MEMORY_LIMIT_EXCEEDED");
    await store.writes.command("SET max_memory_usage = 0");
    await writes.insert("otel_traces", rows, { token: "big" });
    expect(await probe.check()).toBeNull();
  });

  it("is not blamed for rows that are wrong", async () => {
    const probe = storeProbe({ reads: store.reads, writes }, 60);
    const rows = [{ NoSuchColumn: 1 }];
    await expect(writes.insert("otel_traces", rows, { token: "bad" })).rejects.toThrow("Column");
    expect(await probe.check()).toBeNull();
  });
});

describe("the analyzer", () => {
  it("is in trouble while records wait and none is stored, and when it has ended", async () => {
    const queue = openTestQueue();
    const { promise: failed, resolve: fail } = Promise.withResolvers<Error>();
    const probe = analyzerProbe(queue.producer, failed, 0.2);
    expect(await probe.check()).toBeNull();
    await queue.producer.append(record);
    const reason = await waitUntil("the stop to be noticed", async () => probe.check());
    expect(reason).toMatch(/^3 records wait, and none was stored for \d s$/);
    await queue.drain();
    expect(await probe.check()).toBeNull();
    fail(new Error("the analyzer thread ended with code 1"));
    await failed;
    await Promise.resolve();
    expect(await probe.check()).toBe("the analyzer thread ended with code 1");
    await queue.close();
  });
});
