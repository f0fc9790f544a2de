import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { openKafkaCommands } from "../../../core/commands/kafka-commands.ts";
import type { KafkaClient } from "../../../core/queue/kafka/client.ts";
import { createJournalHost } from "../../../core/queue/kafka/journal.ts";
import { type Lease, openLease } from "../../../core/queue/kafka/lease.ts";
import { describeWithKafka } from "../../helpers/kafka/kafka-artifacts.ts";
import { type KafkaBroker, startKafka } from "../../helpers/kafka/kafka-broker.ts";
import { makeTopic, testKafka } from "../../helpers/kafka/test-kafka.ts";
import { waitUntil } from "../../helpers/wait-until.ts";

interface Said {
  readonly isHeld?: boolean;
  readonly fence?: number;
  readonly wrote?: string;
  readonly status?: string;
}

describeWithKafka()("a lease", () => {
  let broker: KafkaBroker;
  let kafka: KafkaClient;
  const leases: Lease[] = [];
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    broker = await startKafka();
    kafka = testKafka(broker);
  });

  afterEach(async () => {
    await Promise.all(leases.splice(0).map((lease) => lease.close()));
    for (const child of children.splice(0)) {
      child.kill("SIGKILL");
    }
  });

  afterAll(() => broker?.close());

  function contend(topic: string): Lease {
    const lease = openLease(kafka, { topic, groupId: `${topic}-leader`, sessionSeconds: 6 });
    leases.push(lease);
    return lease;
  }

  function isHeld(lease: Lease): Promise<boolean> {
    return waitUntil("the lease", async () => lease.isHeld());
  }

  /** Another process that contends for the lease of a topic. */
  function startOwner(topic: string) {
    const file = join(import.meta.dirname, "../../fixtures/kafka-lease-owner.ts");
    const args = [file, broker.brokers[0] ?? "", topic, `${topic}-leader`];
    const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
    children.push(child);
    const said: Said[] = [];
    createInterface({ input: child.stdout }).on("line", (line) => {
      said.push(JSON.parse(line) as Said);
    });
    return {
      child,
      said,
      async write(word: string): Promise<Said> {
        child.stdin.write(`${word}\n`);
        return waitUntil("an answer", async () => said.find(({ wrote }) => wrote === word));
      },
    };
  }

  it("is held by one at a time, stays with its holder, and passes on", async () => {
    const topic = await makeTopic(broker);
    const first = contend(topic);
    const changes: boolean[] = [];
    first.subscribe((held) => changes.push(held));
    await isHeld(first);
    const others = [contend(topic), contend(topic)];
    await waitUntil("all members", async () => {
      const admin = kafka.admin();
      await admin.connect();
      const { groups } = await admin.describeGroups([`${topic}-leader`]);
      await admin.disconnect();
      return groups[0]?.state === "Stable" && groups[0].members.length === 3;
    });
    await isHeld(first);
    expect(others.map((lease) => lease.isHeld())).toEqual([false, false]);
    await first.close();
    expect(first.isHeld()).toBe(false);
    await waitUntil("another holder", async () => others.some((lease) => lease.isHeld()));
    expect(others.filter((lease) => lease.isHeld())).toHaveLength(1);
    expect([changes[0], changes.at(-1)]).toEqual([true, false]);
  });

  it("runs out while the brokers are away, and comes back without help", async () => {
    const topic = await makeTopic(broker);
    const lease = contend(topic);
    await isHeld(lease);
    await broker.kill();
    await waitUntil("the end of the lease", async () => !lease.isHeld());
    await broker.start();
    expect(await isHeld(lease)).toBe(true);
  });

  it("lets a paused owner that comes back write nothing", async () => {
    const topic = await makeTopic(broker);
    const owner = startOwner(topic);
    const { fence } = await waitUntil("the owner", async () =>
      owner.said.find(({ isHeld: held }) => held),
    );
    expect(await owner.write("first")).toMatchObject({ isHeld: true, status: "done" });
    owner.child.kill("SIGSTOP");
    const other = contend(topic);
    await isHeld(other);
    const journals = createJournalHost(kafka);
    const commands = await openKafkaCommands({ journals, topic });
    const taken = await commands.takeFence("test");
    expect(taken.position).toBeGreaterThan(fence ?? Infinity);
    owner.child.kill("SIGCONT");
    // It asks its lease, which says no; and though it writes all the same, the log refuses it.
    expect(await owner.write("second")).toEqual({
      wrote: "second",
      isHeld: false,
      status: "LeaseLostError",
    });
    const event = { type: "mine", actor: "other", timeUnixMs: 0, data: {} };
    const stream = "stream/default/1";
    expect(await commands.append(stream, 1, event, { fence: taken })).toMatchObject({
      status: "done",
    });
    expect((await commands.read(stream)).map(({ type }) => type)).toEqual(["first", "mine"]);
    await journals.close();
    const exited = once(owner.child, "exit");
    owner.child.kill("SIGKILL");
    await exited;
  });
});
