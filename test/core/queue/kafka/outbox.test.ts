import { createOutbox } from "../../../../core/queue/kafka/outbox.ts";
import type { OutgoingMessage, Sender } from "../../../../core/queue/kafka/sender.ts";

/** A sender whose requests end when the test says so. */
function heldSender() {
  const requests: { keys: unknown[]; end: (error?: Error) => void }[] = [];
  const sender: Sender = {
    send(_topic, messages) {
      const { promise, resolve, reject } = Promise.withResolvers<number>();
      const end = (error?: Error) => (error === undefined ? resolve(0) : reject(error));
      requests.push({ keys: messages.map(({ key }) => key), end });
      return promise;
    },
    failure: () => null,
    close: async () => undefined,
  };
  return { sender, requests };
}

function message(key: string, bytes = 1): OutgoingMessage {
  return { key, value: Buffer.alloc(bytes), headers: {} };
}

async function turn(): Promise<void> {
  await new Promise(setImmediate);
}

describe("an outbox", () => {
  it("has one request under way, and sends what waits as the next", async () => {
    const { sender, requests } = heldSender();
    const outbox = createOutbox(sender, "t");
    for (const key of ["a", "b", "c"]) {
      outbox.put([message(key), message(`${key}2`)]);
    }
    await turn();
    expect(requests.map(({ keys }) => keys)).toEqual([["a", "a2"]]);
    requests[0]?.end();
    await turn();
    expect(requests[1]?.keys).toEqual(["b", "b2", "c", "c2"]);
  });

  it("gives back what has not been sent, and nothing else", async () => {
    const { sender, requests } = heldSender();
    const outbox = createOutbox(sender, "t");
    const [first, second] = [outbox.put([message("a")]), outbox.put([message("b")])];
    outbox.put([message("c")]);
    expect([first.cancel(), second.cancel(), second.cancel()]).toEqual([false, true, false]);
    requests[0]?.end();
    await turn();
    expect(requests[1]?.keys).toEqual(["c"]);
  });

  it("tells of a failure, and goes on", async () => {
    const { sender, requests } = heldSender();
    const outbox = createOutbox(sender, "t");
    const first = outbox.put([message("a")]);
    outbox.put([message("b")]);
    requests[0]?.end(new Error("away"));
    await expect(first.failed).rejects.toThrow("away");
    await turn();
    expect(requests[1]?.keys).toEqual(["b"]);
  });

  it("never tears an append apart, and bounds a request", async () => {
    const { sender, requests } = heldSender();
    const outbox = createOutbox(sender, "t");
    outbox.put([message("first")]);
    for (const key of ["a", "b", "c"]) {
      outbox.put([message(key, 1_500_000), message(`${key}2`, 1_500_000)]);
    }
    requests[0]?.end();
    await turn();
    expect(requests[1]?.keys).toEqual(["a", "a2"]);
  });
});
