import { once } from "node:events";
import { join } from "node:path";
import { MessageChannel, Worker } from "node:worker_threads";
import { newRecord, openTestQueue, removeDir, tempDir } from "./queue-fixtures.ts";

const workerFile = join(import.meta.dirname, "../../fixtures/queue-consumer-worker.ts");

describe("a consumer in a worker thread", () => {
  it("gets what the main thread appends, and joins its session", async () => {
    const dir = tempDir();
    const queue = openTestQueue(dir);
    const expected = 400;
    const { port1, port2: port } = new MessageChannel();
    const worker = new Worker(workerFile, {
      workerData: { dir, expected, port },
      transferList: [port],
    });
    const texts: string[] = [];
    const replays: boolean[] = [];
    port1.on("message", (message: { texts?: string[]; replay?: boolean }) => {
      texts.push(...(message.texts ?? []));
      replays.push(message.replay ?? false);
    });
    const exited = once(worker, "exit");
    await once(port1, "message");
    const appends = Array.from({ length: expected }, (_, index) =>
      queue.producer.append(newRecord({ body: Buffer.from(`${index}`), acceptedCount: 2 })),
    );
    await Promise.all(appends);
    await exited;
    port1.close();
    expect(texts).toEqual(Array.from({ length: expected }, (_, index) => `${index}`));
    expect(replays).not.toContain(true);
    expect(await queue.producer.accounting()).toMatchObject([
      { received: expected * 2, stored: expected * 2, inFlight: 0 },
    ]);
    expect(queue.producer.stats()).toMatchObject({ recordsWaiting: 0, requestsWaiting: 0 });
    await queue.close();
    const reopened = openTestQueue(dir);
    expect(await reopened.consumer().read()).toBeNull();
    await reopened.close();
    removeDir(dir);
  });

  it("is woken by an append and not by its timeout", async () => {
    const dir = tempDir();
    const queue = openTestQueue(dir);
    const consumer = queue.consumer();
    const woken = consumer.wait(2 ** 30);
    await queue.producer.append(newRecord());
    await woken;
    expect(await consumer.read()).not.toBeNull();
    await consumer.wait(2 ** 30);
    await queue.close();
    removeDir(dir);
  });
});
