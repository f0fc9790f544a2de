import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Config } from "../../../core/config/config.ts";
import { describeKey } from "../../../core/keys/open-key.ts";
import { type LmdbQueue, openLmdbQueue } from "../../../core/queue/lmdb-queue.ts";
import { type Batch, QueueFullError } from "../../../core/queue/queue.ts";
import { isQueueEmpty } from "../../../core/queue/queue-tables.ts";
import {
  allStored,
  bodies,
  manualClock,
  newRecord,
  openTestQueue,
  positions,
  removeDir,
  tempDir,
} from "./queue-fixtures.ts";

const dirs: string[] = [];
const opened = new Set<LmdbQueue>();

function queueDir(): string {
  const dir = tempDir();
  dirs.push(dir);
  return dir;
}

function openQueue(...args: Parameters<typeof openTestQueue>): LmdbQueue {
  const queue = openTestQueue(...args);
  opened.add(queue);
  return queue;
}

async function close(queue: LmdbQueue): Promise<void> {
  opened.delete(queue);
  await queue.close();
}

afterEach(async () => {
  await Promise.all([...opened].map(close));
  dirs.splice(0).forEach(removeDir);
});

async function readBatch(queue: LmdbQueue): Promise<Batch> {
  const batch = await queue.consumer().read();
  if (batch === null) {
    throw new Error("expected a batch, got none");
  }
  return batch;
}

describe("append and read", () => {
  it("hands out the records as they were appended, in order", async () => {
    const queue = openQueue(queueDir());
    const first = newRecord({ acceptedCount: 3, rejectedOrdinals: [1], rejected: { bad_id: 1 } });
    const second = newRecord({ signal: "logs", contentType: "json", body: Buffer.from("{}") });
    await queue.producer.append(first);
    await queue.producer.append(second);
    const batch = await readBatch(queue);
    expect(batch.replay).toBe(false);
    expect(batch.records).toEqual([
      { ...first, position: 1 },
      { ...second, position: 2 },
    ]);
  });

  it("keeps an empty body and a body of several pages", async () => {
    const queue = openQueue(queueDir());
    const large = Buffer.alloc(300_000, "x");
    await queue.producer.append(newRecord({ body: Buffer.alloc(0) }));
    await queue.producer.append(newRecord({ body: large }));
    const { records } = await readBatch(queue);
    expect(records.map(({ body }) => body.length)).toEqual([0, 300_000]);
    expect(Buffer.compare(Buffer.from(records[1]?.body ?? []), large)).toBe(0);
  });

  it("has nothing to read when nothing waits", async () => {
    const queue = openQueue(queueDir());
    expect(await queue.consumer().read()).toBeNull();
  });

  it("reports what waits and since when", async () => {
    const queue = openQueue(queueDir());
    expect(queue.producer.stats()).toMatchObject({ requestsWaiting: 0, oldestWaitingUnixMs: null });
    await queue.producer.append(newRecord({ acceptedCount: 5, receivedAtUnixMs: 1000 }));
    await queue.producer.append(newRecord({ acceptedCount: 2, receivedAtUnixMs: 2000 }));
    const stats = queue.producer.stats();
    expect(stats).toMatchObject({ recordsWaiting: 7, requestsWaiting: 2 });
    expect(stats.oldestWaitingUnixMs).toBe(1000);
    expect(stats.fileBytes).toBeGreaterThan(0);
  });
});

describe("batches", () => {
  it.each([
    { name: "the number of records", overrides: { batchMaxRecords: 5 }, sizes: [2, 2, 1] },
    { name: "the number of bytes", overrides: { batchMaxBytes: 2048 }, sizes: [2, 2, 1] },
  ])("are limited by $name", async ({ overrides, sizes }) => {
    const queue = openQueue(queueDir(), overrides);
    for (let index = 0; index < 5; index += 1) {
      await queue.producer.append(newRecord({ acceptedCount: 2, body: Buffer.alloc(1000) }));
    }
    const found: number[] = [];
    for (let batch = await queue.consumer().read(); batch; batch = await queue.consumer().read()) {
      found.push(batch.records.length);
      await queue.consumer().commit(batch, allStored(batch));
    }
    expect(found).toEqual(sizes);
  });

  it("hold one record that is larger than the limits", async () => {
    const queue = openQueue(queueDir(), { batchMaxRecords: 1, batchMaxBytes: 1024 });
    await queue.producer.append(newRecord({ acceptedCount: 9, body: Buffer.alloc(5000) }));
    expect(positions(await readBatch(queue))).toEqual([1]);
  });

  it("keep id and range until committed, also when more arrives and after a restart", async () => {
    const dir = queueDir();
    const queue = openQueue(dir);
    await queue.producer.append(newRecord());
    const first = await readBatch(queue);
    await queue.producer.append(newRecord());
    expect(await queue.consumer().read()).toEqual(first);
    await close(queue);
    const reopened = openQueue(dir);
    expect(await reopened.consumer().read()).toEqual(first);
  });

  it("never use an id or a position twice, also when everything was trimmed", async () => {
    const dir = queueDir();
    const clock = manualClock();
    const ids = new Set<string>();
    const seen: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      const queue = openQueue(dir, {}, clock);
      await queue.producer.append(newRecord());
      const batch = await readBatch(queue);
      await queue.consumer().commit(batch, allStored(batch));
      ids.add(batch.id);
      seen.push(...positions(batch));
      clock.unixMs += 3_600_000;
      expect(await queue.consumer().read()).toBeNull();
      await close(queue);
      expect(await isQueueEmpty(dir)).toBe(true);
    }
    expect(ids.size).toBe(4);
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  it("cannot be committed twice", async () => {
    const queue = openQueue(queueDir());
    await queue.producer.append(newRecord());
    const batch = await readBatch(queue);
    await queue.consumer().commit(batch, allStored(batch));
    await expect(queue.consumer().commit(batch, allStored(batch))).rejects.toThrow(
      `expected the open batch (none), got ${batch.id}`,
    );
    const [row] = await queue.producer.accounting();
    expect(row).toMatchObject({ received: 1, stored: 1, inFlight: 0 });
  });

  it("refuse an outcome that leaves records unaccounted for, and change nothing", async () => {
    const queue = openQueue(queueDir());
    await queue.producer.append(newRecord({ acceptedCount: 3 }));
    const batch = await readBatch(queue);
    const outcome = [{ tenant: "default", signal: "traces" as const, stored: 2, rejected: {} }];
    await expect(queue.consumer().commit(batch, outcome)).rejects.toThrow(
      `the outcome of batch ${batch.id} leaves 1 records of default/traces unaccounted for`,
    );
    expect(await queue.producer.accounting()).toMatchObject([{ stored: 0, inFlight: 3 }]);
    expect(await queue.consumer().read()).toEqual(batch);
  });
});

describe("accounting", () => {
  it("counts each fate once", async () => {
    const queue = openQueue(queueDir());
    await queue.producer.append(newRecord({ acceptedCount: 10, rejected: { bad_id: 2 } }));
    queue.producer.countRefused("default", "traces", "undecodable");
    const batch = await readBatch(queue);
    await queue
      .consumer()
      .commit(batch, [
        { tenant: "default", signal: "traces", stored: 7, rejected: { duplicate: 3 } },
      ]);
    expect(await queue.producer.accounting()).toEqual([
      {
        tenant: "default",
        signal: "traces",
        received: 13,
        stored: 7,
        rejected: { bad_id: 2, duplicate: 3, undecodable: 1 },
        deadLettered: 0,
        inFlight: 0,
      },
    ]);
  });

  it("shows one tenant its own rows only", async () => {
    const queue = openQueue(queueDir());
    await queue.producer.append(newRecord({ tenant: "a" }));
    await queue.producer.append(newRecord({ tenant: "ab" }));
    expect((await queue.producer.accounting("a")).map(({ tenant }) => tenant)).toEqual(["a"]);
  });

  it("writes refused requests on close", async () => {
    const dir = queueDir();
    const queue = openQueue(dir);
    queue.producer.countRefused("default", "logs", "undecodable");
    queue.producer.countRefused("default", "logs", "__proto__");
    await close(queue);
    const [row] = await openQueue(dir).producer.accounting();
    expect(row).toMatchObject({ received: 2, signal: "logs", inFlight: 0 });
    expect(Object.entries(row?.rejected ?? {})).toEqual([
      ["undecodable", 1],
      ["__proto__", 1],
    ]);
  });
});

describe("duplicates and claims", () => {
  it("counts the same digest within 24 h as rejected.duplicate and queues it later", async () => {
    const clock = manualClock();
    const queue = openQueue(queueDir(), {}, clock);
    const record = newRecord({ signal: "logs", acceptedCount: 4, rejected: { bad_id: 1 } });
    const options = { dedupDigest: "aa" };
    expect(await queue.producer.append(record, options)).toEqual({ status: "queued", position: 1 });
    expect(await queue.producer.append(record, options)).toEqual({ status: "duplicate" });
    expect(await queue.producer.append({ ...record, tenant: "b" }, options)).toMatchObject({
      status: "queued",
    });
    expect(await queue.producer.accounting("default")).toMatchObject([
      { received: 10, rejected: { duplicate: 4, bad_id: 2 }, inFlight: 4 },
    ]);
    clock.unixMs += 24 * 3_600_000;
    expect(await queue.producer.append(record, options)).toMatchObject({ status: "queued" });
    expect(await queue.producer.append(record, options)).toEqual({ status: "duplicate" });
  });

  it("refuses a claimed name to another owner, also after a restart, and counts nothing", async () => {
    const dir = queueDir();
    const first = openQueue(dir);
    const mine = { claims: [{ key: "change/default/1", owner: "a" }] };
    const theirs = {
      claims: [
        { key: "change/default/1", owner: "b" },
        { key: "x", owner: "b" },
      ],
    };
    await first.producer.append(newRecord({ signal: "changes" }), mine);
    await close(first);
    const queue = openQueue(dir);
    expect(await queue.producer.append(newRecord(), theirs)).toEqual({
      status: "conflict",
      keys: ["change/default/1"],
    });
    expect(await queue.producer.append(newRecord(), mine)).toMatchObject({ status: "queued" });
    const other = { claims: [{ key: "x", owner: "c" }] };
    expect(await queue.producer.append(newRecord(), other)).toMatchObject({ status: "queued" });
    expect(queue.producer.stats().recordsWaiting).toBe(3);
  });
});

describe("replay after an unclean start", () => {
  /** The folder as a kill at this moment would leave it. */
  function crashImage(dir: string): string {
    const image = queueDir();
    cpSync(dir, image, { recursive: true });
    return image;
  }

  it("hands the batches of the window out again with the same ids, and counts nothing", async () => {
    const dir = queueDir();
    const clock = manualClock();
    const queue = openQueue(dir, { batchMaxRecords: 1, replayMinutes: 10 }, clock);
    const committed: Batch[] = [];
    for (let index = 0; index < 4; index += 1) {
      await queue.producer.append(newRecord({ body: Buffer.from(`body ${index}`) }));
      const batch = await readBatch(queue);
      committed.push(batch);
      if (index < 3) {
        await queue.consumer().commit(batch, allStored(batch));
      }
      clock.unixMs += index < 2 ? 6 * 60_000 : 0;
    }
    const restarted = openQueue(crashImage(dir), { batchMaxRecords: 1 }, clock);
    const before = await restarted.producer.accounting();
    // Commits were at 0, 6 and 12 minutes: only the last two are within 10 minutes of the newest.
    for (const original of committed.slice(1, 3)) {
      const replayed = await readBatch(restarted);
      expect(replayed).toEqual({ ...original, replay: true });
      await restarted.consumer().commit(replayed, []);
    }
    expect(await restarted.producer.accounting()).toEqual(before);
    expect(await readBatch(restarted)).toEqual(committed[3]);
  });

  it("goes on with a replay that was cut short itself", async () => {
    const dir = queueDir();
    const clock = manualClock();
    const queue = openQueue(dir, { batchMaxRecords: 1 }, clock);
    for (let index = 0; index < 3; index += 1) {
      await queue.producer.append(newRecord());
      const batch = await readBatch(queue);
      await queue.consumer().commit(batch, allStored(batch));
    }
    const second = openQueue(crashImage(dir), {}, clock);
    const first = await readBatch(second);
    await second.consumer().commit(first, []);
    expect(positions(await readBatch(second))).toEqual([2]);
    await close(second);
    const third = openQueue(dirs.at(-1) ?? "", {}, clock);
    expect(positions(await readBatch(third))).toEqual([2]);
    expect((await readBatch(third)).replay).toBe(true);
  });

  it("replays nothing after a clean shutdown", async () => {
    const dir = queueDir();
    const queue = openQueue(dir);
    await queue.producer.append(newRecord());
    const batch = await readBatch(queue);
    await queue.consumer().commit(batch, allStored(batch));
    await close(queue);
    expect(await openQueue(dir).consumer().read()).toBeNull();
  });

  it("gives up on a replay that is refused twice without counting it", async () => {
    const dir = queueDir();
    const queue = openQueue(dir);
    await queue.producer.append(newRecord());
    const batch = await readBatch(queue);
    await queue.consumer().commit(batch, allStored(batch));
    const restarted = openQueue(crashImage(dir));
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await restarted.consumer().refuse(await readBatch(restarted), "no");
    }
    expect(await restarted.consumer().read()).toBeNull();
    expect(await restarted.producer.accounting()).toMatchObject([{ stored: 1, deadLettered: 0 }]);
  });
});

describe("a refused batch", () => {
  /** Stores what it can and refuses every batch that holds `bad`. */
  async function drain(queue: LmdbQueue, reopen: () => Promise<LmdbQueue> = async () => queue) {
    const ids: string[] = [];
    const stored: string[] = [];
    let current = queue;
    for (;;) {
      current = await reopen();
      const batch = await current.consumer().read();
      if (batch === null) {
        return { ids, stored, queue: current };
      }
      ids.push(batch.id);
      if (bodies(batch).includes("bad")) {
        await current.consumer().refuse(batch, "cannot store bad");
      } else {
        stored.push(...bodies(batch));
        await current.consumer().commit(batch, allStored(batch));
      }
    }
  }

  it.each([
    { name: "in one process", restarts: false },
    { name: "with a restart before each step", restarts: true },
  ])("is halved down to the bad record, $name", async ({ restarts }) => {
    const dir = queueDir();
    let queue = openQueue(dir);
    const texts = ["a", "b", "c", "d", "bad", "f", "g"];
    for (const text of texts) {
      await queue.producer.append(newRecord({ body: Buffer.from(text), acceptedCount: 2 }));
    }
    const reopen = async () => {
      if (restarts) {
        await close(queue);
        queue = openQueue(dir);
      }
      return queue;
    };
    const result = await drain(queue, reopen);
    expect(result.stored).toEqual(texts.filter((text) => text !== "bad"));
    // [a…g] twice, [a b c], [d bad f g] twice, [d bad] twice, [d], [bad] twice, [f g].
    expect(result.ids).toHaveLength(11);
    expect(new Set(result.ids).size).toBe(7);
    expect(await result.queue.producer.accounting()).toMatchObject([
      { received: 14, stored: 12, deadLettered: 2, inFlight: 0 },
    ]);
    const { items } = result.queue.deadLetters.list(10, "");
    expect(items).toMatchObject([{ position: 5, reason: "cannot store bad", acceptedCount: 2 }]);
    const letter = result.queue.deadLetters.get(5);
    expect(Buffer.from(letter?.body ?? []).toString()).toBe("bad");
  });

  it("gives dead letters that can be replayed, dropped and paged", async () => {
    const queue = openQueue(queueDir());
    for (let index = 0; index < 3; index += 1) {
      await queue.producer.append(newRecord({ body: Buffer.from("bad") }));
    }
    await drain(queue);
    const { deadLetters, producer } = queue;
    const page = deadLetters.list(2, "");
    expect(page.items.map(({ position }) => position)).toEqual([1, 2]);
    expect(deadLetters.list(2, page.nextCursor ?? "")).toMatchObject({
      items: [{ position: 3 }],
      nextCursor: null,
    });
    expect(await deadLetters.drop(1)).toBe(true);
    expect(await deadLetters.drop(1)).toBe(false);
    expect(await deadLetters.replay(1)).toBeNull();
    expect(await producer.accounting()).toMatchObject([{ deadLettered: 3, inFlight: 0 }]);
    expect(await deadLetters.replay(2)).toBe(4);
    expect(deadLetters.get(2)).toBeNull();
    expect(await producer.accounting()).toMatchObject([
      { received: 3, deadLettered: 2, inFlight: 1 },
    ]);
    const batch = await readBatch(queue);
    expect(bodies(batch)).toEqual(["bad"]);
    expect(positions(batch)).toEqual([4]);
    await queue.consumer().commit(batch, allStored(batch));
    expect(await producer.accounting()).toMatchObject([{ stored: 1, deadLettered: 2 }]);
  });
});

describe("a full queue", () => {
  const limit = 4 * 1024 * 1024;
  const body = Buffer.alloc(100_000, 1);

  /** Appends until the queue is full; returns how many it took. */
  async function fill(queue: LmdbQueue): Promise<number> {
    for (let count = 0; ; count += 1) {
      const failure: unknown = await queue.producer.append(newRecord({ body })).then(
        () => null,
        (error: unknown) => error,
      );
      if (failure instanceof QueueFullError) {
        return count;
      }
      expect(failure).toBeNull();
    }
  }

  it("refuses, keeps what it took, and takes more once records are consumed", async () => {
    const queue = openQueue(queueDir(), { maxBytes: limit, batchMaxBytes: 500_000 });
    const taken = await fill(queue);
    expect(taken).toBeGreaterThan(20);
    expect(queue.producer.stats()).toMatchObject({ recordsWaiting: taken, limitBytes: limit });
    expect(await queue.producer.accounting()).toMatchObject([{ received: taken }]);
    let drained = 0;
    for (let batch = await queue.consumer().read(); batch; batch = await queue.consumer().read()) {
      drained += batch.records.length;
      await queue.consumer().commit(batch, allStored(batch));
    }
    expect(drained).toBe(taken);
    expect(await fill(queue)).toBeGreaterThan(taken / 2);
  });

  it("stays within its limit through many times its size, and does not refuse what it can hold", async () => {
    const queue = openQueue(queueDir(), { maxBytes: limit, batchMaxBytes: 300_000 });
    for (let round = 0; round < 120; round += 1) {
      const sizes = [1000, 150_000, 20_000 * ((round % 7) + 1)];
      for (const size of sizes) {
        await queue.producer.append(newRecord({ body: Buffer.alloc(size, round) }));
      }
      for (let batch = await queue.consumer().read(); batch; ) {
        await queue.consumer().commit(batch, allStored(batch));
        batch = await queue.consumer().read();
      }
    }
    expect(queue.producer.stats().fileBytes).toBeLessThanOrEqual(limit);
  });

  it("drops the oldest dead letters rather than refuse forever, and says how many", async () => {
    const queue = openQueue(queueDir(), { maxBytes: limit });
    for (let index = 0; index < 20; index += 1) {
      await queue.producer.append(newRecord({ body }));
      for (let attempt = 0; attempt < 2; attempt += 1) {
        await queue.consumer().refuse(await readBatch(queue), "no");
      }
    }
    const { items } = queue.deadLetters.list(100, "");
    expect(items.length).toBeLessThan(20);
    expect(items.length + queue.deadLetters.evicted()).toBe(20);
    expect(items.at(-1)?.position).toBe(20);
    expect(await queue.producer.accounting()).toMatchObject([{ deadLettered: 20, inFlight: 0 }]);
  });
});

describe("encryption", () => {
  it("leaves no plain byte of a body or a reason in any file", async () => {
    const dir = queueDir();
    const queue = openQueue(dir);
    const secret = "AKIA-this-secret-must-not-be-seen";
    const claims = [{ key: `change/default/${secret}`, owner: secret.slice(0, 10) }];
    await queue.producer.append(newRecord({ body: Buffer.from(secret.repeat(50)) }), {
      claims,
      dedupDigest: secret,
    });
    await queue.producer.append(newRecord({ body: Buffer.from(secret) }));
    for (let attempt = 0; attempt < 6; attempt += 1) {
      await queue.consumer().refuse(await readBatch(queue), `cannot store ${secret}`);
    }
    expect(queue.deadLetters.list(10, "").items).toHaveLength(2);
    await close(queue);
    for (const file of readdirSync(dir)) {
      expect(readFileSync(join(dir, file)).includes(secret)).toBe(false);
    }
  });

  it("refuses another key while something is encrypted, and takes it when nothing is", async () => {
    const dir = queueDir();
    const clock = manualClock();
    const queue = openQueue(dir, {}, clock);
    await queue.producer.append(newRecord());
    await close(queue);
    const key = describeKey("fedcba9876543210", Buffer.alloc(32, 8));
    const config = Config.parse({}).queue;
    const openOther = () => openLmdbQueue({ dir, key, config, clock });
    expect(openOther).toThrow(/the queue was encrypted with key [0-9a-f]{32}, got/);
    const right = openQueue(dir, {}, clock);
    const batch = await readBatch(right);
    await right.consumer().commit(batch, allStored(batch));
    clock.unixMs += 3_600_000;
    await right.consumer().read();
    await close(right);
    const other = openOther();
    opened.add(other);
    expect(await other.consumer().read()).toBeNull();
  });

  it("dead-letters a record whose bytes were changed, and hands out the others", async () => {
    const dir = queueDir();
    const queue = openQueue(dir);
    await queue.producer.append(newRecord({ body: Buffer.from("first") }));
    await queue.producer.append(newRecord({ body: Buffer.from("second") }));
    await close(queue);
    const { openQueueTables } = await import("../../../core/queue/queue-tables.ts");
    const tables = openQueueTables(dir);
    const sealed = Buffer.from(tables.bodies.getBinary(1) ?? []);
    sealed.writeUInt8(sealed.readUInt8(50 - 2) ^ 1, 48);
    await tables.bodies.put(1, sealed);
    await tables.root.close();
    const reopened = openQueue(dir);
    expect(bodies(await readBatch(reopened))).toEqual(["second"]);
    expect(reopened.deadLetters.get(1)).toMatchObject({
      reason: "the queued bytes no longer decrypt",
      body: Buffer.alloc(0),
    });
    expect(await reopened.producer.accounting()).toMatchObject([{ deadLettered: 1, inFlight: 1 }]);
  });
});
