import {
  holdsNothing,
  inTransaction,
  type QueueState,
  type QueueTables,
  readState,
  writeState,
} from "./queue-tables.ts";

/** The key is not the one that the queue's records were encrypted with. */
export class WrongQueueKeyError extends Error {
  override readonly name = "WrongQueueKeyError";
}

/** What one process, whatever its number of threads, does at its start and end. */
export interface ProcessSession {
  /** Notes a clean shutdown if this was the last thread of the process with the queue open. */
  end(): Promise<void>;
}

/**
 * Begins a session. The first opener of a process prepares the queue: it checks the key, and when
 * the last process did not close the queue, plans to hand the newest committed batches out again.
 * Openers are counted in memory that LMDB shares between the threads of one process; a killed
 * process takes the count with it and leaves the queue marked as unclean.
 */
export function beginSession(
  tables: QueueTables,
  { keyFingerprint, replayMs }: { keyFingerprint: string; replayMs: number },
): ProcessSession {
  const openers = sharedCounter(tables, "openers");
  if (Atomics.add(openers, 0, 1) === 0) {
    try {
      tables.root.transactionSync(() => prepare(tables, keyFingerprint, replayMs));
    } catch (error) {
      Atomics.sub(openers, 0, 1);
      throw error;
    }
  }
  return {
    async end() {
      if (Atomics.sub(openers, 0, 1) === 1) {
        await inTransaction(tables, () =>
          writeState(tables, { ...readState(tables), clean: true }),
        );
      }
    },
  };
}

function prepare(tables: QueueTables, keyFingerprint: string, replayMs: number): void {
  const found = tables.meta.get("state") ?? newState(keyFingerprint);
  if (found.keyFingerprint !== keyFingerprint && !holdsNothing(tables)) {
    throw new WrongQueueKeyError(
      `the queue was encrypted with key ${found.keyFingerprint}, got ${keyFingerprint}: ` +
        "supply the right key with keyFile or TELLTALE_KEY_FILE",
    );
  }
  const state = { ...found, keyFingerprint };
  const replay = state.clean ? state.replay : planReplay(tables, state, replayMs);
  writeState(tables, { ...state, replay, clean: false });
}

function newState(keyFingerprint: string): QueueState {
  return {
    keyFingerprint,
    nextPosition: 1,
    head: 1,
    usedBytes: 0,
    consumedBytes: 0,
    deadBytes: 0,
    deadLettersEvicted: 0,
    digestCount: 0,
    clean: true,
    replay: null,
  };
}

/**
 * The batches committed within `replayMs` of the newest sign of life in the queue. The window ends
 * there and not now: a machine that was off for an hour still has to store what its power cut
 * took. A replay that was itself cut short goes on from where it was.
 */
function planReplay(
  tables: QueueTables,
  state: QueueState,
  replayMs: number,
): QueueState["replay"] {
  const committed = [...tables.batches.getRange({ end: state.head })];
  const newest = committed.reduce(
    (latest, { value }) => Math.max(latest, value.committedAtUnixMs ?? 0),
    0,
  );
  const first = committed.find(({ value }) => (value.committedAtUnixMs ?? 0) >= newest - replayMs);
  const next = Math.min(first?.key ?? state.head, state.replay?.next ?? state.head);
  return next < state.head ? { next, end: state.head } : null;
}

/** LMDB's typings leave this method out; it is what its README calls a user shared buffer. */
interface SharesBuffers {
  getUserSharedBuffer(name: string, initial: ArrayBuffer): ArrayBuffer;
}

function sharedCounter(tables: QueueTables, name: string): Int32Array {
  const root = tables.root as unknown as SharesBuffers;
  return new Int32Array(root.getUserSharedBuffer(name, new ArrayBuffer(4)));
}
