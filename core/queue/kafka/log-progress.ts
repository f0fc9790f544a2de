import { JournalError } from "./journal-error.ts";
import { within } from "./within.ts";

/** How far a log was read, and those who wait for it to be read further. */
export interface LogProgress {
  /** Offset after the last record that was read. */
  readonly next: number;
  advance(next: number): void;
  /** What stands in the way, for those who wait in vain; null when nothing is known to. */
  problem: unknown;
  /**
   * Resolves when everything before `offset` was read.
   *
   * @throws JournalError when nothing was read for ten seconds.
   */
  reached(offset: number): Promise<void>;
}

interface Waiter {
  readonly offset: number;
  readonly resolve: () => void;
}

export function createLogProgress(topic: string, from: number): LogProgress {
  const waiters = new Set<Waiter>();
  let next = from;

  async function waitFor(offset: number): Promise<void> {
    const before = next;
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiter = { offset, resolve };
    waiters.add(waiter);
    try {
      await within(`the records of topic ${topic}`, promise);
    } catch (error) {
      if (next === before) {
        const cause = progress.problem ?? error;
        throw new JournalError(`topic ${topic} cannot be read at present`, { cause });
      }
    } finally {
      waiters.delete(waiter);
    }
  }

  const progress: LogProgress = {
    get next() {
      return next;
    },
    problem: null,
    advance(to) {
      next = to;
      for (const waiter of waiters) {
        if (waiter.offset <= next) {
          waiter.resolve();
        }
      }
    },
    async reached(offset) {
      while (offset > progress.next) {
        await waitFor(offset);
      }
    },
  };
  return progress;
}
