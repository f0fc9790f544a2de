import { constants } from "node:fs";
import { access, statfs } from "node:fs/promises";
import type { QueueProducer } from "../queue/queue.ts";
import type { Store } from "../store/store.ts";
import type { Probe } from "./health.ts";
import type { WatchedStore } from "./watch-store.ts";

/** Below it, senders are about to be told to wait. */
const leastRoomShare = 0.05;

/** Whether the queue takes records, and has room for more. */
export function queueProbe(queue: Pick<QueueProducer, "stats" | "check">): Probe {
  return {
    part: "queue",
    async check() {
      await queue.check();
      const { roomShare } = queue.stats();
      if (roomShare >= leastRoomShare) {
        return null;
      }
      return roomShare < 0.005
        ? "the queue is full"
        : `the queue is nearly full: ${(100 * roomShare).toFixed(1)} % of its room is left`;
    },
  };
}

/** The room on the file system of a folder. */
export interface FreeSpace {
  /** Bytes that may still be written; throws when the folder cannot be written at all. */
  measure(): Promise<number>;
  /** What was measured last. */
  lastBytes(): number;
}

export function createFreeSpace(dir: string): FreeSpace {
  let last = 0;
  return {
    async measure() {
      await access(dir, constants.W_OK).catch((error: unknown) => {
        throw new Error(`the data folder cannot be written (${codeOf(error)})`, { cause: error });
      });
      const { bavail, bsize } = await statfs(dir);
      last = bavail * bsize;
      return last;
    },
    lastBytes: () => last,
  };
}

/** Whether the disk under the data folder can be written, and has room. */
export function diskProbe(space: FreeSpace, minFreeBytes: number): Probe {
  return {
    part: "disk",
    async check() {
      const free = await space.measure();
      return free >= minFreeBytes
        ? null
        : `the disk is nearly full: ${inMebibytes(free)} are free, ${inMebibytes(minFreeBytes)} are needed`;
    },
  };
}

/** Whether the store answers, and takes what is inserted within a few seconds. */
export function storeProbe(
  { writes, reads }: { readonly writes: WatchedStore; readonly reads: Store },
  patienceSeconds: number,
): Probe {
  let answered = true;
  let isAsked = false;

  /** A long query holds the connection up without anything being wrong, so none waits for it. */
  async function ask(): Promise<void> {
    if (isAsked) {
      return;
    }
    isAsked = true;
    try {
      await reads.query("SELECT 1");
      answered = true;
    } catch {
      answered = false;
    } finally {
      isAsked = false;
    }
  }

  return {
    part: "store",
    check() {
      void ask();
      const waitingSeconds = writes.waitingMs() / 1000;
      const failure = writes.failure();
      if (failure !== null) {
        return `the store refuses to write: ${failure}`;
      }
      if (waitingSeconds > patienceSeconds) {
        return `the store has not finished a write for ${waitingSeconds.toFixed(0)} s`;
      }
      return answered ? null : "the store does not answer";
    },
  };
}

/** Whether what waits in the queue is being stored. */
export function analyzerProbe(
  queue: Pick<QueueProducer, "stats">,
  failed: Promise<Error>,
  stuckSeconds: number,
): Probe {
  let ended: string | null = null;
  let head = -1;
  let movedAtMs = performance.now();
  void noteEnd();

  async function noteEnd(): Promise<void> {
    ended = (await failed).message;
  }

  return {
    part: "analyzer",
    check() {
      const stats = queue.stats();
      if (stats.head !== head || stats.requestsWaiting === 0) {
        head = stats.head;
        movedAtMs = performance.now();
      }
      const stillSeconds = (performance.now() - movedAtMs) / 1000;
      if (ended !== null) {
        return ended;
      }
      return stillSeconds > stuckSeconds
        ? `${stats.recordsWaiting} records wait, and none was stored for ${stillSeconds.toFixed(0)} s`
        : null;
    },
  };
}

/** Events of the command log that were left out: the tables lack what they said. */
export function skippedEventsProbe(skipped: () => number): Probe {
  return {
    part: "feedback",
    isWarning: true,
    check() {
      const count = skipped();
      return count === 0
        ? null
        : `${count} events of the command log could not be understood and were left out`;
    },
  };
}

function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error
    ? String(error.code)
    : "unknown error";
}

function inMebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(0)} MiB`;
}
