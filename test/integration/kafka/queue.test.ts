import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { createLogger } from "../../../core/log.ts";
import { openKafka } from "../../../core/queue/kafka/client.ts";
import type { KafkaConsumer } from "../../../core/queue/kafka/consumer.ts";
import type { KafkaQueue } from "../../../core/queue/kafka/kafka-queue.ts";
import { checkTopics, createTopics } from "../../../core/queue/kafka/topics.ts";
import { type Batch, QueueFullError } from "../../../core/queue/queue.ts";
import type { OpenedStore } from "../../../core/store/open-store.ts";
import type { Store } from "../../../core/store/store.ts";
import { describeWithKafka } from "../../helpers/kafka/kafka-artifacts.ts";
import { type KafkaBroker, startKafka } from "../../helpers/kafka/kafka-broker.ts";
import { makeTopic } from "../../helpers/kafka/test-kafka.ts";
import { openMemoryStore } from "../../helpers/memory-store.ts";
import { span, toJson, traceRequest } from "../../helpers/otlp-requests.ts";
import { waitUntil } from "../../helpers/wait-until.ts";
import {
  allStored,
  logRecord,
  namesIn,
  newPrefix,
  nextBatch,
  openQueue,
  queueConfig,
  spanRecord,
  type TestQueueOptions,
  takeNames,
} from "./queue-fixtures.ts";

describeWithKafka()("the Kafka queue", () => {
  let broker: KafkaBroker;
  let store: OpenedStore;
  let prefix: string;
  let queue: KafkaQueue;
  let closing: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    [broker, store] = await Promise.all([startKafka(), openMemoryStore()]);
  });

  beforeEach(async () => {
    prefix = newPrefix();
    queue = await open();
  });

  afterEach(async () => {
    for (const part of closing.toReversed()) {
      await part.close();
    }
    closing = [];
    await store.writes.command("TRUNCATE TABLE ingest_accounting");
  });

  afterAll(async () => {
    await store?.close();
    await broker?.close();
  });

  async function open(options: Partial<TestQueueOptions> = {}): Promise<KafkaQueue> {
    return tracked(await openQueue({ broker, store: store.writes, prefix, ...options }));
  }

  async function consume(from: KafkaQueue = queue): Promise<KafkaConsumer> {
    return tracked(await from.openConsumer());
  }

  function tracked<T extends { close(): Promise<void> }>(part: T): T {
    closing.push(part);
    return part;
  }

  /** Ended now, not again after the test. */
  async function end(part: { close(): Promise<void> }): Promise<void> {
    closing = closing.filter((other) => other !== part);
    await part.close();
  }

  it("hands out what was appended, of all signals, and accounts for it", async () => {
    const change = { ...spanRecord(""), signal: "changes" as const, contentType: "json" as const };
    await queue.producer.append(spanRecord("a"));
    await queue.producer.append(logRecord("b", { rejected: { invalid_id: 2 } }));
    await queue.producer.append({ ...change, body: Buffer.from('[{"kind":"commit"}]') });
    queue.producer.countRefused("shop", "metrics", "undecodable");
    const waiting = await queue.producer.accounting();
    expect(new Map(waiting.map((one) => [one.signal, one]))).toEqual(
      new Map([
        ["traces", row("traces", { received: 1, inFlight: 1 })],
        ["logs", row("logs", { received: 3, rejected: { invalid_id: 2 }, inFlight: 1 })],
        ["changes", row("changes", { received: 1, inFlight: 1 })],
        ["metrics", row("metrics", { received: 1, rejected: { undecodable: 1 } })],
      ]),
    );
    const consumer = await consume();
    const found = new Map<string, string>();
    while (found.size < 3) {
      const batch = await nextBatch(consumer);
      batch.records.forEach(({ signal, body }) => found.set(signal, Buffer.from(body).toString()));
      await consumer.commit(batch, allStored(batch));
    }
    expect(found.get("changes")).toBe('[{"kind":"commit"}]');
    expect(await consumer.read()).toBeNull();
    await waitUntil("everything to be accounted for", async () => {
      const rows = await queue.producer.accounting();
      return rows.length === 4 && rows.every(({ inFlight }) => inFlight === 0);
    });
    expect(new Map((await queue.producer.accounting()).map((one) => [one.signal, one]))).toEqual(
      new Map([
        ["traces", row("traces", { received: 1, stored: 1 })],
        ["logs", row("logs", { received: 3, stored: 1, rejected: { invalid_id: 2 } })],
        ["changes", row("changes", { received: 1, stored: 1 })],
        ["metrics", row("metrics", { received: 1, rejected: { undecodable: 1 } })],
      ]),
    );
    expect(await queue.producer.accounting("another")).toEqual([]);
  });

  it("writes JSON and compressed requests as protobuf, without what was refused", async () => {
    const request = toJson(traceRequest([span(1, { name: "kept" }), span(2, { name: "refused" })]));
    await queue.producer.append(
      spanRecord("", {
        contentType: "json",
        contentEncoding: "gzip",
        body: gzipSync(request),
        rejectedOrdinals: [1],
        rejected: { invalid_id: 1 },
      }),
    );
    const batch = await nextBatch(await consume());
    expect(batch.records).toHaveLength(1);
    expect(batch.records[0]).toMatchObject({
      contentType: "protobuf",
      contentEncoding: "identity",
      acceptedCount: 1,
      rejected: { invalid_id: 1 },
      rejectedOrdinals: [],
    });
    expect(namesIn(batch)).toEqual(["kept"]);
  });

  it("keeps the counts of a request of which nothing was accepted", async () => {
    const nothing = { acceptedCount: 0, rejected: { invalid_id: 3 }, body: Buffer.alloc(0) };
    await queue.producer.append(spanRecord("", nothing));
    const expected = [row("traces", { received: 3, rejected: { invalid_id: 3 } })];
    expect(await queue.producer.accounting()).toEqual(expected);
    const consumer = await consume();
    await waitUntil("the refusals to be taken", async () => {
      await consumer.read();
      return queue.lags().every(({ committed, end: stop }) => committed === stop);
    });
    expect(await queue.producer.accounting()).toEqual(expected);
  });

  it("hands the same batch out again to the next owner, although more has come", async () => {
    for (const name of ["a", "b", "c"]) {
      await queue.producer.append(spanRecord(name));
    }
    const first = await consume();
    const before = await nextBatch(first);
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => queue.producer.append(spanRecord(`later ${index}`))),
    );
    await end(first);
    const after = await waitForBatch(await consume(), before.id);
    expect(namesIn(after)).toEqual(namesIn(before));
  });

  it("counts once when a process ends between the accounting and the commit", async () => {
    await appendChanges(["a", "b"]);
    queue.producer.countRefused("shop", "changes", "undecodable");
    await queue.producer.flushRefused();
    const cut: Store = {
      query: (sql, params) => store.writes.query(sql, params),
      command: (sql, params) => store.writes.command(sql, params),
      async insert(table, rows, options) {
        await store.writes.insert(table, rows, options);
        if (table === "ingest_accounting") {
          throw new Error("killed");
        }
      },
    };
    const dying = await consume(await open({ store: cut }));
    const batch = await waitUntil("both changes", async () => {
      const found = await dying.read().catch(() => null);
      return found?.records.length === 2 ? found : null;
    });
    await expect(dying.commit(batch, allStored(batch))).rejects.toThrow("killed");
    const expected = [row("changes", { received: 3, stored: 2, rejected: { undecodable: 1 } })];
    expect(await queue.producer.accounting()).toEqual(expected);
    await end(dying);
    const next = await consume();
    const again = await waitForBatch(next, batch.id);
    await next.commit(again, allStored(again));
    await waitUntil("everything to be done with", async () => {
      await next.read();
      return queue.lags().every(({ committed, end: last }) => committed === last);
    });
    expect(await queue.producer.accounting()).toEqual(expected);
  });

  it("creates topics once, and refuses those that are not what they have to be", async () => {
    const config = queueConfig({ broker, store: store.writes, prefix: newPrefix() });
    const kafka = openKafka(config, createLogger("silent"));
    await expect(checkTopics(kafka)).rejects.toThrow(/are missing: .*; run `telltale migrate`/);
    const created = await Promise.all([createTopics(kafka), createTopics(kafka)]);
    expect(new Set(created.flat()).size).toBe(12);
    expect(await createTopics(kafka)).toEqual([]);
    const more = openKafka({ ...config, partitions: 3 }, createLogger("silent"));
    await expect(checkTopics(more)).rejects.toThrow(
      /otlp_spans has 2 partitions, expected at least 3; add some with/,
    );
    const compacted = { ...config, spansTopic: await makeTopic(broker), partitions: 1 };
    await expect(checkTopics(openKafka(compacted, createLogger("silent")))).rejects.toThrow(
      /has cleanup.policy=compact, expected delete; set it with kafka-configs/,
    );
    const shared = { ...config, spansTopic: `${config.topicPrefix}commands` };
    await expect(createTopics(openKafka(shared, createLogger("silent")))).rejects.toThrow(
      /_commands is named for two purposes/,
    );
  });

  it("does nothing to a batch whose partition was given to another process", async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => queue.producer.append(spanRecord(`n${index}`))),
    );
    const first = await consume(await open({ batchMaxRecords: 1 }));
    const old = await nextBatch(first);
    const others = await Promise.all([consume(), consume(), consume(), consume(), consume()]);
    // Seven topic partitions among six members: sooner or later the batch is another's.
    const all = new Set<string>();
    await waitUntil("all records", async () => {
      for (const consumer of [...others, first]) {
        const batch = await consumer.read();
        if (batch !== null) {
          namesIn(batch).forEach((name) => all.add(name));
          await consumer.commit(batch, allStored(batch));
        }
      }
      return all.size === 20;
    });
    await first.commit(old, allStored(old));
    await first.refuse(old, "too late");
    expect(await queue.producer.accounting()).toEqual([
      row("traces", { received: 20, stored: 20 }),
    ]);
  });

  it("leaves out the same bytes of logs, also across batches and owners, but not of spans", async () => {
    const digest = createHash("sha256").update("one").digest("hex");
    const options = { dedupDigest: digest };
    await queue.producer.append(logRecord("one"), options);
    await queue.producer.append(logRecord("one"), options);
    const first = await consume();
    expect(await takeNames(first, 1)).toEqual(["one"]);
    await end(first);
    await queue.producer.append(logRecord("one"), options);
    await queue.producer.append(logRecord("one", { tenant: "another" }), options);
    await queue.producer.append(spanRecord("span"));
    await queue.producer.append(spanRecord("span"));
    expect((await takeNames(await consume(), 3)).toSorted()).toEqual(["one", "span", "span"]);
    expect(await queue.producer.accounting("shop")).toEqual(
      expect.arrayContaining([
        row("logs", { received: 3, stored: 1, rejected: { duplicate: 2 } }),
        row("traces", { received: 2, stored: 2 }),
      ]),
    );
  });

  it("halves a batch that cannot be stored, down to the bad record, which is a dead letter", async () => {
    const batches = await buryBad();
    expect(batches).toEqual([
      "a b bad c d",
      "a b bad c d",
      "a b bad",
      "a b bad",
      "a b",
      "bad",
      "bad",
      "c d",
    ]);
    expect(await queue.producer.accounting()).toEqual([
      row("changes", { received: 5, stored: 4, deadLettered: 1 }),
    ]);
    const { items, nextCursor } = await queue.deadLetters.list(10, "", "shop");
    expect(items).toMatchObject([
      { signal: "changes", reason: "cannot be stored", acceptedCount: 1, bodyBytes: 3 },
    ]);
    expect(nextCursor).toBeNull();
    expect((await queue.deadLetters.list(10, "", "another")).items).toEqual([]);
    const letter = await queue.deadLetters.get(items[0]?.position ?? -1);
    expect(Buffer.from(letter?.body ?? []).toString()).toBe("bad");
    expect(letter).toMatchObject({ tenant: "shop", contentType: "json" });
  });

  it("keeps the halves of a batch when another process takes over", async () => {
    const expected = ["a b bad c d", "a b bad c d"];
    const first = await consume();
    await appendChanges(["a", "b", "bad", "c", "d"]);
    for (const names of expected) {
      const batch = await fullBatch(first, 5);
      expect(bodiesOf(batch)).toBe(names);
      await first.refuse(batch, "cannot be stored");
    }
    await appendChanges(["e", "f"]);
    await end(first);
    const second = await consume();
    const half = await nextBatch(second);
    expect(bodiesOf(half)).toBe("a b bad");
    await second.commit(half, allStored(half));
    const other = await nextBatch(second);
    expect(bodiesOf(other)).toBe("c d");
    await second.commit(other, allStored(other));
    expect(bodiesOf(await nextBatch(second))).toBe("e f");
  });

  it("queues a dead letter again, or drops it for good", async () => {
    await buryBad();
    const position = (await queue.deadLetters.list(1, "")).items[0]?.position ?? -1;
    expect(await queue.deadLetters.replay(position)).toBe(5);
    expect((await queue.deadLetters.list(1, "")).items).toEqual([]);
    expect(await queue.deadLetters.replay(position)).toBeNull();
    expect(await queue.producer.accounting()).toEqual([
      row("changes", { received: 5, stored: 4, inFlight: 1 }),
    ]);
    await refuseAll();
    expect(await queue.producer.accounting()).toEqual([
      row("changes", { received: 5, stored: 4, deadLettered: 1 }),
    ]);
    const again = (await queue.deadLetters.list(1, "")).items[0]?.position ?? -1;
    expect(again).toBeGreaterThan(position);
    expect(await queue.deadLetters.drop(again)).toBe(true);
    expect(await queue.deadLetters.drop(again)).toBe(false);
    expect(await queue.deadLetters.get(again)).toBeNull();
    // Another process sees the same.
    const other = await open();
    expect((await other.deadLetters.list(1, "")).items).toEqual([]);
    expect(await other.producer.accounting()).toEqual([
      row("changes", { received: 5, stored: 4, deadLettered: 1 }),
    ]);
  });

  it("prepares the batch that follows, which is handed out next", async () => {
    const small = await open({ batchMaxRecords: 2, kafka: { partitions: 1 } });
    await Promise.all(
      Array.from({ length: 6 }, (_, n) => small.producer.append(spanRecord(`${n}`))),
    );
    const consumer = await consume(small);
    const names: string[] = [];
    const promised: (string | undefined)[] = [];
    const handedOut: string[] = [];
    await waitUntil("the records to be fetched", async () => consumer.buffered() === 6);
    while (names.length < 6) {
      const batch = await nextBatch(consumer);
      const ahead = await consumer.readAfter(batch);
      expect(await consumer.read()).toEqual(batch);
      handedOut.push(batch.id);
      promised.push(ahead?.id);
      names.push(...namesIn(batch));
      await consumer.commit(batch, allStored(batch));
      expect(await consumer.readAfter(batch)).toBeNull();
    }
    expect(handedOut).toHaveLength(3);
    expect(promised).toEqual([...handedOut.slice(1), undefined]);
    expect(names.toSorted()).toEqual(["0", "1", "2", "3", "4", "5"]);
  });

  it("loses and repeats nothing while consumers come and go", async () => {
    const total = 300;
    const stored = new Map<string, string[]>();
    const kafka = { partitions: 5 };
    const busy = await open({ prefix: newPrefix(), batchMaxRecords: 4, kafka });
    const stop = new AbortController();

    /** An analyzer that is stopped at any moment, also between store and commit. */
    async function work(lifeMs: number): Promise<void> {
      const consumer = await consume(busy);
      const deadline = performance.now() + lifeMs;
      while (!stop.signal.aborted && performance.now() < deadline) {
        const batch = await consumer.read();
        if (batch === null) {
          await consumer.wait(50);
          continue;
        }
        await consumer.readAfter(batch);
        // The insert token: the same batch again is no second row, but has to be the same.
        expect(stored.get(batch.id) ?? namesIn(batch)).toEqual(namesIn(batch));
        stored.set(batch.id, namesIn(batch));
        if (performance.now() < deadline) {
          await consumer.commit(batch, allStored(batch));
        }
      }
      await end(consumer);
    }

    const sent = (async () => {
      for (let number = 0; number < total; number += 10) {
        const names = Array.from({ length: 10 }, (_, index) => `n${number + index}`);
        await Promise.all(names.map((name) => busy.producer.append(spanRecord(name))));
      }
    })();
    const steady = work(Infinity);
    for (const lifeMs of [300, 700, 200, 1000, 500, 400]) {
      await Promise.all([work(lifeMs), work(lifeMs / 2)]);
    }
    await sent;
    await waitUntil("everything to be stored", async () => {
      const [counts] = await busy.producer.accounting();
      return counts?.stored === total;
    });
    stop.abort();
    await steady;
    const names = [...stored.values()].flat();
    expect(names).toHaveLength(total);
    expect(new Set(names).size).toBe(total);
    expect(await busy.producer.accounting()).toEqual([
      row("traces", { received: total, stored: total }),
    ]);
  });

  it("does not disturb the others when a static member stops and comes back", async () => {
    const joins: string[] = [];
    const logger = createLogger("debug");
    logger.debug = ((_: object, message: string) =>
      void joins.push(message)) as typeof logger.debug;
    const one = await open({ kafka: { instanceId: "one" } });
    const two = await open({ kafka: { instanceId: "two" }, logger });
    const first = await consume(one);
    const second = await consume(two);
    await Promise.all(
      Array.from({ length: 40 }, (_, n) => queue.producer.append(spanRecord(`${n}`))),
    );
    await waitUntil("the group to settle", async () => {
      await takeAll([first, second]);
      return queue.lags().every(({ committed, end: last }) => committed === last);
    });
    const before = joins.filter((message) => message.includes("joined the group")).length;
    await end(first);
    const back = await consume(await open({ kafka: { instanceId: "one" } }));
    await Promise.all(
      Array.from({ length: 40 }, (_, n) => queue.producer.append(spanRecord(`${n}`))),
    );
    await waitUntil("all to be stored", async () => {
      await takeAll([back, second]);
      const [counts] = await queue.producer.accounting();
      return counts?.stored === 80;
    });
    expect(joins.filter((message) => message.includes("joined the group"))).toHaveLength(before);
  });

  it("reads what an OpenTelemetry Collector writes, which has none of our headers", async () => {
    const config = queueConfig({ broker, store: store.writes, prefix });
    const producer = openKafka(config, createLogger("silent")).producer();
    await producer.connect();
    const value = Buffer.from(spanRecord("foreign").body);
    const timestamp = String(Date.UTC(2026, 10, 1));
    await producer.send({
      topic: config.spansTopic,
      messages: [
        { value, timestamp },
        { value: Buffer.from("no request"), timestamp },
        {
          value: toJson(traceRequest([span(1)])),
          timestamp,
          headers: { "content-type": "application/json" },
        },
      ],
    });
    await producer.disconnect();
    const consumer = await consume();
    const names: string[] = [];
    while (names.length < 2) {
      const batch = await nextBatch(consumer);
      expect(batch.records[0]).toMatchObject({
        tenant: "default",
        receivedAtUnixMs: Date.UTC(2026, 10, 1),
      });
      names.push(...namesIn(batch));
      await consumer.commit(batch, allStored(batch));
    }
    expect(names.toSorted()).toEqual(["chat", "foreign"]);
    await waitUntil("the one that is no request to be counted", async () => {
      await consumer.read();
      const [first] = await queue.producer.accounting();
      return first?.inFlight === 0;
    });
    expect(await queue.producer.accounting()).toEqual([
      {
        ...row("traces", { received: 3, stored: 2, rejected: { undecodable: 1 } }),
        tenant: "default",
      },
    ]);
    const { items } = await queue.deadLetters.list(10, "");
    expect(items).toMatchObject([{ reason: "undecodable", acceptedCount: 0, bodyBytes: 10 }]);
  });

  it("refuses a change whose id belongs to another, with the list", async () => {
    const other = await open({ claimNames: async () => ["commit/1"] });
    const claims = [{ key: "commit/1", owner: "a" }];
    const result = await other.producer.append(spanRecord("a"), { claims });
    expect(result).toEqual({ status: "conflict", keys: ["commit/1"] });
    expect(await queue.producer.accounting()).toEqual([]);
  });

  it("refuses more when too much waits, and takes it again later", async () => {
    const small = await open({ kafka: { maxLagBytes: 1024 * 1024 } });
    const large = spanRecord("x".repeat(300_000));
    const appended = await waitUntil("the queue to be full", async () => {
      try {
        await small.producer.append(large);
        return null;
      } catch (error) {
        return error;
      }
    });
    expect(appended).toBeInstanceOf(QueueFullError);
    expect(small.producer.stats()).toMatchObject({ roomShare: 0 });
    const consumer = await consume();
    await waitUntil("room", async () => {
      const batch = await consumer.read();
      if (batch !== null) {
        await consumer.commit(batch, allStored(batch));
      }
      return small.producer.stats().requestsWaiting === 0;
    });
    expect(await small.producer.append(spanRecord("a"))).toMatchObject({ status: "queued" });
    expect(small.lags().reduce((sum, { committed }) => sum + committed, 0)).toBeGreaterThan(0);
  });

  it("says so while the brokers are away, and goes on when they are back", async () => {
    const consumer = await consume();
    await queue.producer.append(spanRecord("before"));
    const held = await nextBatch(consumer);
    await broker.stop();
    await expect(queue.producer.append(spanRecord("lost"))).rejects.toThrow(/did not take it/);
    await expect(queue.producer.check()).rejects.toThrow(/cannot be reached/);
    const committing = consumer.commit(held, allStored(held));
    await broker.start();
    await committing;
    await waitUntil("the queue to take requests again", async () => {
      try {
        await queue.producer.append(spanRecord("after"));
        await queue.producer.check();
        return true;
      } catch {
        return false;
      }
    });
    const names = await takeNames(consumer, 1);
    expect(names).toContain("after");
    expect(names).not.toContain("before");
  });

  function appendChanges(names: readonly string[]): Promise<unknown> {
    return Promise.all(
      names.map((name) => {
        const body = Buffer.from(name);
        return queue.producer.append(
          spanRecord("", { signal: "changes", contentType: "json", body }),
        );
      }),
    );
  }

  /** Waits for a first batch with so many records, by refusing none and reading it only then. */
  async function fullBatch(consumer: KafkaConsumer, count: number): Promise<Batch> {
    await waitUntil("the records to be fetched", async () => consumer.buffered() >= count);
    return nextBatch(consumer);
  }

  /** Refuses whatever holds the bad record, and stores the rest; returns what was handed out. */
  async function buryBad(): Promise<string[]> {
    await appendChanges(["a", "b", "bad", "c", "d"]);
    const consumer = await consume();
    await waitUntil("the records to be fetched", async () => consumer.buffered() >= 5);
    return refuseBad(consumer);
  }

  async function refuseBad(consumer: KafkaConsumer): Promise<string[]> {
    const seen: string[] = [];
    await waitUntil("all to be done with", async () => {
      const batch = await consumer.read();
      if (batch === null) {
        return (await queue.producer.accounting()).every(({ inFlight }) => inFlight === 0);
      }
      seen.push(bodiesOf(batch));
      await (bodiesOf(batch).includes("bad")
        ? consumer.refuse(batch, "cannot be stored")
        : consumer.commit(batch, allStored(batch)));
      return false;
    });
    await end(consumer);
    return seen;
  }

  async function refuseAll(): Promise<void> {
    await refuseBad(await consume());
  }

  async function waitForBatch(consumer: KafkaConsumer, id: string) {
    for (;;) {
      const batch = await nextBatch(consumer);
      if (batch.id === id) {
        return batch;
      }
      await consumer.commit(batch, allStored(batch));
    }
  }
});

function bodiesOf({ records }: Batch): string {
  return records.map(({ body }) => Buffer.from(body).toString()).join(" ");
}

async function takeAll(consumers: readonly KafkaConsumer[]): Promise<void> {
  for (const consumer of consumers) {
    const batch = await consumer.read();
    if (batch !== null) {
      await consumer.commit(batch, allStored(batch));
    }
  }
}

function row(signal: string, counts: object) {
  const nothing = { received: 0, stored: 0, rejected: {}, deadLettered: 0, inFlight: 0 };
  return { tenant: "shop", signal, ...nothing, ...counts };
}
