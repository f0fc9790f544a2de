import type { OutgoingMessage, Sender } from "./sender.ts";
import { maxBatchBytes } from "./topic-plan.ts";

export interface Outgoing {
  /** Never resolves; rejects when the brokers did not take it, as far as is known. */
  readonly failed: Promise<never>;
  /** Takes it back; false when it was handed to the brokers already. */
  cancel(): boolean;
}

/** Hands a topic's messages on, one request at a time, so that what waits can be taken back. */
export interface Outbox {
  put(messages: readonly OutgoingMessage[]): Outgoing;
}

interface Waiting {
  readonly messages: readonly OutgoingMessage[];
  readonly bytes: number;
  readonly fail: (error: unknown) => void;
}

/** Without it, everything that failed while the brokers were away would be written later. */
export function createOutbox(sender: Sender, topic: string): Outbox {
  const waiting: Waiting[] = [];
  let isSending = false;

  async function sendAll(): Promise<void> {
    if (isSending) {
      return;
    }
    isSending = true;
    while (waiting.length > 0) {
      const taken = takeSome(waiting);
      try {
        await sender.send(
          topic,
          taken.flatMap(({ messages }) => messages),
        );
      } catch (error) {
        taken.forEach(({ fail }) => fail(error));
      }
    }
    isSending = false;
  }

  return {
    put(messages) {
      const { promise, reject } = Promise.withResolvers<never>();
      // Nobody hears of a failure that comes after the caller has given up.
      promise.catch(() => undefined);
      const entry = { messages, bytes: bytesOf(messages), fail: reject };
      waiting.push(entry);
      void sendAll();
      return {
        failed: promise,
        cancel() {
          const index = waiting.indexOf(entry);
          if (index !== -1) {
            waiting.splice(index, 1);
          }
          return index !== -1;
        },
      };
    },
  };
}

/** As many as fit into a request, and never a part of one append. */
function takeSome(waiting: Waiting[]): Waiting[] {
  let bytes = 0;
  let count = 0;
  for (const next of waiting) {
    bytes += next.bytes;
    if (count > 0 && bytes > maxBatchBytes / 4) {
      break;
    }
    count += 1;
  }
  return waiting.splice(0, count);
}

function bytesOf(messages: readonly OutgoingMessage[]): number {
  return messages.reduce((sum, { value }) => sum + (value?.length ?? 0) + 256, 0);
}
