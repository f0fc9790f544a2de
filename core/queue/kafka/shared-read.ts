import { setTimeout as delay } from "node:timers/promises";
import { JournalError } from "./journal-error.ts";
import { patienceMs } from "./within.ts";

/**
 * Makes many calls at once cost one read: each call gets the result of a read that began after
 * it. A read that fails is repeated for ten seconds.
 *
 * @throws JournalError when it fails for longer; its cause is the last failure.
 */
export function createSharedRead<T>(read: () => Promise<T>): () => Promise<T> {
  let running: Promise<unknown> = Promise.resolve();
  let queued: Promise<T> | null = null;

  async function readAfter(before: Promise<unknown>): Promise<T> {
    await before;
    queued = null;
    return persist(read);
  }

  return () => {
    if (queued === null) {
      queued = readAfter(running);
      running = queued.catch(() => undefined);
    }
    return queued;
  };
}

async function persist<T>(read: () => Promise<T>): Promise<T> {
  const startedMs = performance.now();
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, 1000)) {
    try {
      return await read();
    } catch (cause) {
      if (performance.now() - startedMs + pauseMs > patienceMs) {
        throw new JournalError("the brokers cannot be reached at present", { cause });
      }
      await delay(pauseMs);
    }
  }
}
