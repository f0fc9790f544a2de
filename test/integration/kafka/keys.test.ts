import { openKafkaKeyStore } from "../../../core/auth/keys/kafka-key-store.ts";
import type { KeyStore } from "../../../core/auth/keys/key-store.ts";
import { issueKey, type ManagedKey } from "../../../core/auth/keys/managed-key.ts";
import { openChangeNames } from "../../../core/queue/kafka/change-names.ts";
import type { KafkaClient } from "../../../core/queue/kafka/client.ts";
import { createJournalHost, type JournalHost } from "../../../core/queue/kafka/journal.ts";
import { describeWithKafka } from "../../helpers/kafka/kafka-artifacts.ts";
import { type KafkaBroker, startKafka } from "../../helpers/kafka/kafka-broker.ts";
import { readLog } from "../../helpers/kafka/read-log.ts";
import { makeTopic, testKafka } from "../../helpers/kafka/test-kafka.ts";
import { waitUntil } from "../../helpers/wait-until.ts";

const describeKafka = describeWithKafka();
let broker: KafkaBroker;
let kafka: KafkaClient;
const hosts: JournalHost[] = [];

function openHost(): JournalHost {
  const journals = createJournalHost(kafka);
  hosts.push(journals);
  return journals;
}

describeKafka("topics that every process reads", () => {
  beforeAll(async () => {
    broker = await startKafka();
    kafka = testKafka(broker);
  });

  afterEach(async () => {
    await Promise.all(hosts.splice(0).map((host) => host.close()));
  });

  afterAll(() => broker?.close());

  describe("API keys", () => {
    const openProcess = (topic: string) => openKafkaKeyStore({ journals: openHost(), topic });

    function makeKey(name: string, createdAtUnixMs: number): ManagedKey {
      const fields = { name, tenant: "acme", createdBy: "root", expiresAtUnixMs: null };
      return issueKey({ ...fields, scopes: ["read"] }, createdAtUnixMs).key;
    }

    function namesOf(store: KeyStore): string[] {
      return store.list().map(({ name }) => name);
    }

    it("are known to every process, in the order in which they were made", async () => {
      const topic = await makeTopic(broker);
      const [a, b] = [await openProcess(topic), await openProcess(topic)];
      await a.add(makeKey("first", 1), () => false);
      const { revision } = b;
      await b.add(makeKey("second", 2), () => false);
      expect(b.revision).toBeGreaterThan(revision);
      expect(namesOf(b)).toEqual(["first", "second"]);
      expect(b.list()).toEqual((await openProcess(topic)).list());
      await waitUntil("the other process", async () => namesOf(a).length === 2);
    });

    it("are made once, whoever makes one of a name at once", async () => {
      const topic = await makeTopic(broker);
      const stores = await Promise.all([1, 2, 3].map(() => openProcess(topic)));
      const added = await Promise.all(
        stores.flatMap((store) =>
          [1, 2].map(() => store.add(makeKey("shop", 1), ({ name }) => name === "shop")),
        ),
      );
      expect(added.filter(Boolean)).toHaveLength(1);
      expect((await openProcess(topic)).list()).toHaveLength(1);
    });

    it("lose no change when several are changed at once", async () => {
      const topic = await makeTopic(broker);
      const [a, b] = [await openProcess(topic), await openProcess(topic)];
      const key = makeKey("shop", 0);
      await a.add(key, () => false);
      await Promise.all(
        [a, b, a, b, a, b].map((store) =>
          store.update(key.id, (known) => ({
            ...known,
            expiresAtUnixMs: (known.expiresAtUnixMs ?? 0) + 1,
          })),
        ),
      );
      expect(await b.update(key.id, () => null)).toBeNull();
      expect(await a.update("nobody", (known) => known)).toBeNull();
      expect((await openProcess(topic)).list()).toMatchObject([{ expiresAtUnixMs: 6 }]);
    });

    it("have a last use, which the others hear of", async () => {
      const topic = await makeTopic(broker);
      const [a, b] = [await openProcess(topic), await openProcess(topic)];
      const key = makeKey("shop", 0);
      await a.add(key, () => false);
      expect(a.lastUsedUnixMs(key.id)).toBeNull();
      a.used(key.id, 100_000);
      a.used(key.id, 120_000);
      expect(a.lastUsedUnixMs(key.id)).toBe(100_000);
      await waitUntil("the other process", async () => b.lastUsedUnixMs(key.id) === 100_000);
      expect((await openProcess(topic)).lastUsedUnixMs(key.id)).toBe(100_000);
    });
  });

  describe("names of changes", () => {
    const openProcess = (topic: string) => openChangeNames({ journals: openHost(), topic });
    const claims = (owner: string, ...keys: string[]) => keys.map((key) => ({ key, owner }));

    it("belong to who claims them first, and a request takes all or none", async () => {
      const topic = await makeTopic(broker);
      const [a, b] = [await openProcess(topic), await openProcess(topic)];
      expect(await a.claimNames(claims("x", "one", "two"))).toEqual([]);
      expect(await b.claimNames(claims("y", "three", "two"))).toEqual(["two"]);
      expect(await a.claimNames(claims("z", "three"))).toEqual([]);
      expect(await b.claimNames(claims("x", "one"))).toEqual([]);
      const late = await openProcess(topic);
      expect(await late.claimNames(claims("y", "one", "three"))).toEqual(["one", "three"]);
    });

    it("have one owner, whoever claims them at once", async () => {
      const topic = await makeTopic(broker);
      const processes = await Promise.all([1, 2, 3].map(() => openProcess(topic)));
      for (let round = 0; round < 10; round += 1) {
        const answers = await Promise.all(
          processes.map((names, index) => names.claimNames(claims(`${index}`, `name ${round}`))),
        );
        expect(answers.filter((taken) => taken.length === 0)).toHaveLength(1);
      }
    });

    it("cost nothing to claim again, and are not in the topic in the clear", async () => {
      const topic = await makeTopic(broker);
      const names = await openProcess(topic);
      await names.claimNames(claims("x", "change-kind/acme/my-secret-id"));
      const before = await readLog(kafka, topic);
      await names.claimNames(claims("x", "change-kind/acme/my-secret-id"));
      await names.claimNames([]);
      expect(await readLog(kafka, topic)).toEqual(before);
      expect(before).toHaveLength(1);
      expect(before.join()).not.toContain("my-secret-id");
    });
  });
});
