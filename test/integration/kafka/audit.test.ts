import type { Audit } from "../../../core/audit/audit.ts";
import { auditKeys } from "../../../core/audit/audit-log.ts";
import { openKafkaAudit } from "../../../core/audit/kafka-audit.ts";
import type { KafkaClient } from "../../../core/queue/kafka/client.ts";
import { createJournalHost, type JournalHost } from "../../../core/queue/kafka/journal.ts";
import { JournalError } from "../../../core/queue/kafka/journal-error.ts";
import { describeWithKafka } from "../../helpers/kafka/kafka-artifacts.ts";
import { type KafkaBroker, startKafka } from "../../helpers/kafka/kafka-broker.ts";
import { readLog } from "../../helpers/kafka/read-log.ts";
import { makeTopic, testKafka } from "../../helpers/kafka/test-kafka.ts";
import { waitUntil } from "../../helpers/wait-until.ts";

const clock = { now: () => Date.UTC(2026, 10, 20, 10) };

describeWithKafka()("the audit log on Kafka", () => {
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

  async function openProcess(topic: string): Promise<Audit> {
    const journals = createJournalHost(kafka);
    hosts.push(journals);
    return openKafkaAudit({ journals, topic, clock });
  }

  async function appendSome(audit: Audit): Promise<void> {
    for (const [actor, tenant] of [
      ["local:ana", "default"],
      ["telltale", "default"],
      ["local:ben", "default"],
      ["local:ana", "default"],
      ["local:ana", "other"],
    ]) {
      const data = { reason: `because ${actor} says so` };
      const subject = `proposal/${tenant}/1`;
      await audit.append({ actor: actor ?? "", action: "proposal.approve", subject, data });
    }
  }

  async function listAll(audit: Audit) {
    return (await audit.list({ limit: 1000, cursor: null })).items;
  }

  it("is one chain, whoever of several processes appends at once", async () => {
    const topic = await makeTopic(broker);
    const audits = await Promise.all([1, 2, 3].map(() => openProcess(topic)));
    await Promise.all(audits.flatMap((audit) => [appendSome(audit), appendSome(audit)]));
    for (const audit of audits) {
      expect(await audit.verify()).toEqual({ ok: true, entries: 30, brokenAt: null });
      expect(await listAll(audit)).toEqual(await listAll(audits[0] ?? audit));
    }
    const late = await openProcess(topic);
    expect(late.pseudonym("ada")).toBe(audits[0]?.pseudonym("ada"));
    expect(await late.verify()).toEqual({ ok: true, entries: 30, brokenAt: null });
    const items = await listAll(late);
    expect(items.map(({ position }) => position)).toEqual(items.map((_, index) => index + 1));
  });

  it("lists page by page, with names and data", async () => {
    const audit = await openProcess(await makeTopic(broker));
    expect(await audit.verify()).toEqual({ ok: true, entries: 0, brokenAt: null });
    await appendSome(audit);
    const first = await audit.list({ limit: 3, cursor: null });
    expect(first.nextCursor).toBe(3);
    expect(first.items[0]).toMatchObject({
      position: 1,
      time: "2026-11-20T10:00:00.000Z",
      actor: "local:ana",
      previousHash: "0".repeat(64),
      erased: false,
      data: { reason: "because local:ana says so" },
    });
    expect(await audit.list({ limit: 3, cursor: 3 })).toMatchObject({ nextCursor: null });
    expect((await audit.list({ limit: 3, cursor: 3 })).items).toHaveLength(2);
  });

  it("lets a person be taken out of one tenant, or everywhere, and leaves a trace", async () => {
    const topic = await makeTopic(broker);
    const [audit, other] = [await openProcess(topic), await openProcess(topic)];
    await appendSome(audit);
    const ana = {
      name: "local:ana",
      tenant: "default",
      isMentioned: (json: string) => json.includes("local:ana"),
    };
    expect(await other.countPerson(ana)).toBe(2);
    expect(await other.erasePerson(ana)).toBe(2);
    expect(await audit.countPerson(ana)).toBe(0);
    expect(await audit.erasePerson(ana)).toBe(0);
    // An entry of another tenant needs the name.
    expect((await listAll(audit))[4]).toMatchObject({ actor: "local:ana", erased: false });
    expect(await audit.eraseActor("local:ana")).toBe(1);
    expect(await audit.eraseActor("local:nobody")).toBe(0);
    const items = await listAll(other);
    expect(items.map(({ erased }) => erased)).toEqual([
      true,
      false,
      false,
      true,
      true,
      false,
      false,
    ]);
    expect(items.map(({ actor }) => actor)).not.toContain("local:ana");
    expect(items[5]).toMatchObject({ action: "audit.erase", data: { entries: 2 } });
    expect(await audit.erase(2)).toBe(true);
    expect(await other.erase(2)).toBe(false);
    expect(await audit.erase(99)).toBe(false);
    expect(await other.verify()).toEqual({ ok: true, entries: 8, brokenAt: null });
  });

  it("is rid of the erased words once the topic is compacted", async () => {
    const topic = await makeTopic(broker, {
      "cleanup.policy": "compact",
      "segment.ms": "100",
      "min.cleanable.dirty.ratio": "0.001",
      "max.compaction.lag.ms": "100",
      "delete.retention.ms": "0",
    });
    const audit = await openProcess(topic);
    await appendSome(audit);
    expect((await readLog(kafka, topic)).join()).toContain("local:ana");
    await audit.eraseActor("local:ana");
    await waitUntil("the compaction", async () => {
      await audit.append({ actor: "telltale", action: "x", subject: "y", data: {} });
      return !(await readLog(kafka, topic)).join().includes("local:ana");
    });
    const { entries } = await audit.verify();
    const replayed = await openProcess(topic);
    expect(await replayed.verify()).toEqual({ ok: true, entries, brokenAt: null });
    expect(await listAll(replayed)).toEqual(await listAll(audit));
  });

  it("notices an entry that was put in, and one that was replaced", async () => {
    const topic = await makeTopic(broker);
    const audit = await openProcess(topic);
    await appendSome(audit);
    const records = await readLog(kafka, topic);
    const [key = "", text = ""] =
      records.find((record) => record.includes('"position":3,'))?.split(/ (.*)/s) ?? [];
    const journals = createJournalHost(kafka);
    hosts.push(journals);
    const journal = await journals.open({ topic, from: "start", apply: () => undefined });
    await journal.append(`${auditKeys.link}forged`, Buffer.from(text.replace(":3,", ":6,")));
    expect(await audit.verify()).toMatchObject({ ok: false, brokenAt: 6 });
    // What compaction would leave if somebody wrote the third entry again under its key.
    await journal.append(key, Buffer.from(text.replace(":3,", ":7,")));
    const reread = await openProcess(topic);
    expect(await reread.verify()).toMatchObject({ ok: false, brokenAt: 6 });
  });

  it("fails while the broker is away, and goes on after it", async () => {
    const audit = await openProcess(await makeTopic(broker));
    await appendSome(audit);
    await broker.kill();
    const entry = { actor: "telltale", action: "x", subject: "y", data: {} };
    const answers = await Promise.allSettled([
      audit.append(entry),
      audit.append(entry),
      audit.list({ limit: 1, cursor: null }),
      audit.verify(),
    ]);
    for (const answer of answers) {
      expect(answer.status === "rejected" && answer.reason).toBeInstanceOf(JournalError);
    }
    await broker.start();
    await waitUntil("an append", () => audit.append(entry).catch(() => null));
    expect(await audit.verify()).toMatchObject({ ok: true });
  });
});
