import type { KafkaClient } from "../../../core/queue/kafka/client.ts";
import {
  createJournalHost,
  type Journal,
  type JournalHost,
  type JournalRecord,
  openJournals,
} from "../../../core/queue/kafka/journal.ts";
import { JournalError } from "../../../core/queue/kafka/journal-error.ts";
import { describeWithKafka } from "../../helpers/kafka/kafka-artifacts.ts";
import { type KafkaBroker, startKafka } from "../../helpers/kafka/kafka-broker.ts";
import { makeTopic, testKafka } from "../../helpers/kafka/test-kafka.ts";
import { waitUntil } from "../../helpers/wait-until.ts";

describeWithKafka()("a journal", () => {
  let broker: KafkaBroker;
  let kafka: KafkaClient;
  const hosts: JournalHost[] = [];

  beforeAll(async () => {
    broker = await startKafka();
    kafka = testKafka(broker);
  });

  afterEach(async () => {
    await Promise.all(hosts.splice(0).map((host) => host.close()));
  });

  afterAll(() => broker?.close());

  /** One process: the texts it has applied, in order. */
  async function openProcess(topic: string, from: "start" | { unixMs: number } = "start") {
    const records: JournalRecord[] = [];
    const host = createJournalHost(kafka);
    hosts.push(host);
    const apply = (record: JournalRecord) => void records.push(record);
    const journal = await host.open({ topic, from, apply });
    return { journal, records, texts: () => records.map(({ value }) => value?.toString()) };
  }

  function put(journal: Journal, text: string): Promise<JournalRecord> {
    return journal.append(`key of ${text}`, Buffer.from(text));
  }

  it("applies a record, and all before it, before the append resolves", async () => {
    const topic = await makeTopic(broker);
    const [a, b] = [await openProcess(topic), await openProcess(topic)];
    await Promise.all(Array.from({ length: 50 }, (_, index) => put(a.journal, `a${index}`)));
    const record = await put(b.journal, "b");
    expect(record).toMatchObject({ offset: 50, key: "key of b", value: Buffer.from("b") });
    expect(b.records).toHaveLength(51);
    expect(b.records.at(-1)).toEqual(record);
    expect(b.records.map(({ offset }) => offset)).toEqual(b.records.map((_, index) => index));
  });

  it("gives every process the same order, and a late one too", async () => {
    const topic = await makeTopic(broker);
    const [a, b] = [await openProcess(topic), await openProcess(topic)];
    await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        put(index % 2 === 0 ? a.journal : b.journal, `${index}`),
      ),
    );
    await Promise.all([a.journal.sync(), b.journal.sync()]);
    const late = await openProcess(topic);
    expect(a.texts()).toHaveLength(100);
    expect(b.texts()).toEqual(a.texts());
    expect(late.texts()).toEqual(a.texts());
  });

  it("syncs with what others appended before the call", async () => {
    const topic = await makeTopic(broker);
    const [a, b] = [await openProcess(topic), await openProcess(topic)];
    for (let index = 0; index < 20; index += 1) {
      await put(a.journal, `${index}`);
      await Promise.all([b.journal.sync(), b.journal.sync()]);
      expect(b.texts()).toHaveLength(index + 1);
    }
  });

  it("appends several records together at neighboring offsets", async () => {
    const topic = await makeTopic(broker);
    const [a, b] = [await openProcess(topic), await openProcess(topic)];
    const pair = (journal: Journal, index: number) =>
      journal.appendAll([
        { key: `${index}/1`, value: Buffer.from("1") },
        { key: `${index}/2`, value: Buffer.from("2") },
      ]);
    const pairs = await Promise.all(
      Array.from({ length: 40 }, (_, index) => pair(index % 2 ? a.journal : b.journal, index)),
    );
    for (const [first, second] of pairs) {
      expect(second?.offset).toBe((first?.offset ?? 0) + 1);
    }
  });

  it("begins at a time, and passes over what cannot be applied", async () => {
    const topic = await makeTopic(broker);
    const a = await openProcess(topic);
    await put(a.journal, "old");
    await waitUntil(
      "the next millisecond",
      async () => Date.now() > (a.records[0]?.timeUnixMs ?? 0),
    );
    const unixMs = Date.now();
    const since = await openProcess(topic, { unixMs });
    const applied: string[] = [];
    const refusing = await openJournals(kafka, [
      {
        topic,
        from: "start",
        apply({ value }) {
          if (value?.toString() === "old") {
            throw new Error("not this one");
          }
          applied.push(value?.toString() ?? "");
        },
      },
    ]);
    await put(a.journal, "new");
    await Promise.all([since.journal.sync(), refusing.journals.get(topic)?.sync()]);
    expect(since.texts()).toEqual(["new"]);
    expect(applied).toEqual(["new"]);
    await refusing.close();
  });

  it("says that a topic is missing", async () => {
    await expect(openProcess("test_missing")).rejects.toThrow(/topic/);
  });

  it.each(["stop", "kill"] as const)("goes on after a broker's %s", async (end) => {
    const topic = await makeTopic(broker);
    const [a, b] = [await openProcess(topic), await openProcess(topic)];
    await put(a.journal, "before");
    await broker[end]();
    const away = put(a.journal, "away");
    const outcome = away.then(
      () => "written",
      (error: unknown) => error,
    );
    await broker.start();
    const after = await waitUntil("a write", () => put(b.journal, "after").catch(() => null));
    const result = await outcome;
    await a.journal.sync();
    expect(a.records).toContainEqual(after);
    const texts = a.texts();
    expect(result === "written" || result instanceof JournalError).toBe(true);
    // Written once at the most, and surely where that was said.
    const copies = texts.filter((text) => text === "away").length;
    expect(copies).toBeLessThanOrEqual(1);
    expect(result === "written" && copies === 0).toBe(false);
    await b.journal.sync();
    expect(b.texts().slice(0, texts.length)).toEqual(texts);
  });

  it("gives errors while the broker hangs, and never waits for long", async () => {
    const topic = await makeTopic(broker);
    const { journal, texts } = await openProcess(topic);
    await put(journal, "before");
    const pid = broker.nodes[0]?.pid ?? 0;
    process.kill(pid, "SIGSTOP");
    try {
      const answers = await Promise.allSettled([
        put(journal, "in flight"),
        put(journal, "waiting"),
        journal.sync(),
      ]);
      const [inFlight, waiting, sync] = answers.map((answer) =>
        answer.status === "rejected" ? (answer.reason as unknown) : null,
      );
      expect(inFlight).toBeInstanceOf(JournalError);
      expect(inFlight).toMatchObject({ mayBeWritten: true });
      expect(waiting).toMatchObject({ name: "JournalError", mayBeWritten: false });
      expect(sync).toBeInstanceOf(JournalError);
    } finally {
      process.kill(pid, "SIGCONT");
    }
    await waitUntil("a write", () => put(journal, "after").catch(() => null));
    expect(texts()).not.toContain("waiting");
  });
});

describeWithKafka()("a journal of three brokers", () => {
  it("goes on when its leader is killed, and loses nothing that was acknowledged", async () => {
    const broker = await startKafka({ nodes: 3, heapMb: 256 });
    try {
      const kafka = testKafka(broker);
      const topic = await makeTopic(broker, { "min.insync.replicas": "2" });
      const texts: string[] = [];
      const apply = ({ value }: JournalRecord) => void texts.push(value?.toString() ?? "");
      const opened = await openJournals(kafka, [{ topic, from: "start", apply }]);
      const journal = opened.journals.get(topic) as Journal;
      const written: string[] = [];
      const put = async (text: string) => {
        await journal.append(text, Buffer.from(text));
        written.push(text);
        return text;
      };
      await put("before");
      const leader = await leaderOf(kafka, topic);
      await broker.nodes[leader - 1]?.kill();
      await waitUntil("a write", async () => put(`after ${written.length}`).catch(() => null));
      expect(await leaderOf(kafka, topic)).not.toBe(leader);
      await broker.nodes[leader - 1]?.start();
      await waitUntil("a write", async () => put("at the end").catch(() => null));
      await journal.sync();
      expect(texts.filter((text) => written.includes(text))).toEqual(written);
      await opened.close();
    } finally {
      await broker.close();
    }
  });

  async function leaderOf(kafka: KafkaClient, topic: string): Promise<number> {
    const admin = kafka.admin();
    await admin.connect();
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    await admin.disconnect();
    return topics[0]?.partitions[0]?.leader ?? 0;
  }
});
