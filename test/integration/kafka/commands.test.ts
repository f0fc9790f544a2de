import type { CommandEvent } from "../../../core/commands/commands.ts";
import { LeaseLostError, openKafkaCommands } from "../../../core/commands/kafka-commands.ts";
import type { KafkaClient } from "../../../core/queue/kafka/client.ts";
import { createJournalHost, type JournalHost } from "../../../core/queue/kafka/journal.ts";
import { describeCommandsContract } from "../../core/commands/commands-contract.ts";
import { describeWithKafka } from "../../helpers/kafka/kafka-artifacts.ts";
import { type KafkaBroker, startKafka } from "../../helpers/kafka/kafka-broker.ts";
import { readLog } from "../../helpers/kafka/read-log.ts";
import { makeTopic, testKafka } from "../../helpers/kafka/test-kafka.ts";
import { waitUntil } from "../../helpers/wait-until.ts";

describeWithKafka()("commands on Kafka", () => {
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

  /** What one process of several does. */
  async function openProcess(topic: string) {
    const journals = createJournalHost(kafka);
    hosts.push(journals);
    return { commands: await openKafkaCommands({ journals, topic }), journals };
  }

  function event(type: string, actor = "ada", reason = "mine"): CommandEvent {
    return { type, actor, timeUnixMs: 7, data: { reason } };
  }

  describeCommandsContract("Kafka", async () => {
    const topic = await makeTopic(broker);
    let open = await openProcess(topic);
    return {
      commands: open.commands,
      async reopen() {
        await open.journals.close();
        open = await openProcess(topic);
        return open.commands;
      },
      close: async () => undefined,
    };
  });

  it("lets one of two processes approve at once, and tells the other", async () => {
    const topic = await makeTopic(broker);
    const [a, b] = [await openProcess(topic), await openProcess(topic)];
    for (let round = 0; round < 20; round += 1) {
      const stream = `proposal/default/${round}`;
      const results = await Promise.all(
        [a, b].map(({ commands }) => commands.append(stream, 0, event("approved"))),
      );
      expect(results.map(({ status }) => status).toSorted()).toEqual(["conflict", "done"]);
      expect(results).toContainEqual({ status: "conflict", currentVersion: 1 });
      expect(await a.commands.read(stream)).toEqual(await b.commands.read(stream));
    }
    expect(await a.commands.readAll(0, 100)).toHaveLength(20);
  });

  it("decides alike in every process, whatever they do at once, also after a replay", async () => {
    const topic = await makeTopic(broker);
    const processes = await Promise.all([1, 2, 3].map(() => openProcess(topic)));
    const results = await Promise.all(
      processes.flatMap(({ commands }) =>
        Array.from({ length: 100 }, (_, index) =>
          commands.append(`stream/default/${index % 7}`, Math.floor(index / 20), event("x")),
        ),
      ),
    );
    const done = results.filter(({ status }) => status === "done").length;
    const late = await openProcess(topic);
    const logs = await Promise.all(
      [...processes, late].map(({ commands }) => commands.readAll(0, 1000)),
    );
    expect(logs[0]).toHaveLength(done);
    logs.forEach((log) => expect(log).toEqual(logs[0]));
  });

  it("keeps what was done across a broker's kill, and takes more without help", async () => {
    const topic = await makeTopic(broker);
    const { commands } = await openProcess(topic);
    await commands.append("a", 0, event("first"));
    await broker.kill();
    await broker.start();
    const second = await waitUntil("an append", () =>
      commands.append("a", 1, event("second")).catch(() => null),
    );
    expect(second).toMatchObject({ status: "done", event: { version: 2 } });
    const replayed = await openProcess(topic);
    expect(await replayed.commands.read("a")).toEqual(await commands.read("a"));
  });

  it("refuses whoever holds an older fence, at the event's place in the log", async () => {
    const topic = await makeTopic(broker);
    const [a, b] = [(await openProcess(topic)).commands, (await openProcess(topic)).commands];
    const first = await a.takeFence("ticks");
    expect(await a.append("s", 0, event("1"), { fence: first })).toMatchObject({ status: "done" });
    const second = await b.takeFence("ticks");
    await expect(a.append("s", 1, event("2"), { fence: first })).rejects.toThrow(LeaseLostError);
    expect(await b.append("s", 1, event("2"), { fence: second })).toMatchObject({
      status: "done",
    });
    const other = await a.takeFence("filing");
    expect(await a.append("s", 2, event("3"), { fence: other })).toMatchObject({ status: "done" });
    expect(await b.read("s")).toHaveLength(3);
  });

  it("takes a person out of the log itself, and decides as before", async () => {
    const topic = await makeTopic(broker, {
      "cleanup.policy": "compact",
      "segment.ms": "100",
      "min.cleanable.dirty.ratio": "0.001",
      "max.compaction.lag.ms": "100",
      "delete.retention.ms": "0",
    });
    const { commands } = await openProcess(topic);
    const live = await openProcess(topic);
    for (const [index, tenant] of ["acme", "zeta", "acme"].entries()) {
      const stream = `finding/${tenant}/${index}`;
      await commands.append(stream, 0, event("t", "ada", `secret of ${tenant}`));
      await commands.append(stream, 1, event("t", "ben", "harmless"));
      // A refused command's words are in the log too.
      await commands.append(stream, 0, event("t", "ada", "secret of acme, refused"));
    }
    const before = await commands.readAll(0, 100);
    const count = await commands.rewrite("acme", ({ actor }) =>
      actor === "ada" ? { actor: "erased", data: {} } : null,
    );
    expect(count).toBe(2);
    const expected = before.map((stored) =>
      stored.actor === "ada" && stored.stream.startsWith("finding/acme")
        ? { ...stored, actor: "erased", data: {} }
        : stored,
    );
    expect(await live.commands.readAll(0, 100)).toEqual(expected);
    await waitUntil("the compaction", async () => {
      // Only segments that were closed are compacted, and each write may close one.
      const { version = 0 } = (await commands.read("other")).at(-1) ?? {};
      await commands.append("other", version, event("more", "ben", "filler"));
      const texts = await readLog(kafka, topic);
      return !texts.some((text) => text.includes("secret of acme"));
    });
    const after = await openProcess(topic);
    expect((await after.commands.readAll(0, 100)).slice(0, 6)).toEqual(expected);
    expect((await readLog(kafka, topic)).join()).toContain("secret of zeta");
  });
});
