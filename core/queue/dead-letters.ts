import { count } from "./accounting.ts";
import { makeRoom, recordBytes, removeDeadLetter } from "./capacity.ts";
import { putRecord } from "./producer.ts";
import { type DeadLetter, QueueFullError } from "./queue.ts";
import {
  type DeadEntry,
  freshState,
  inTransaction,
  parseHeader,
  type QueueState,
  type QueueTables,
  readState,
  writeState,
} from "./queue-tables.ts";
import type { Sealer } from "./seal.ts";

/** A dead letter as lists show it: without the body. */
export interface DeadLetterSummary extends Omit<DeadLetter, "body"> {
  readonly bodyBytes: number;
}

/** An answer that is at hand in this process, or has to be fetched first. */
export type Awaitable<T> = T | Promise<T>;

export interface DeadLetterPage {
  readonly items: DeadLetterSummary[];
  readonly nextCursor: string | null;
}

/** Records that could not be stored, kept until a person replays or drops them. */
export interface DeadLetters {
  /**
   * Oldest first; `cursor` is the `nextCursor` of the page before, or empty. A tenant's name
   * leaves out those of others.
   */
  list(limit: number, cursor: string, tenant?: string): Awaitable<DeadLetterPage>;
  /** The body is empty when its bytes no longer decrypt. */
  get(position: number): Awaitable<(DeadLetter & DeadLetterSummary) | null>;
  /** Queues the record again at a new position, which is returned; null when there is none. */
  replay(position: number): Promise<number | null>;
  /** Deletes the record; it stays counted as dead-lettered. */
  drop(position: number): Promise<boolean>;
  /** How many were dropped to bound the queue. */
  evicted(): number;
}

/** Those of the embedded queue, kept encrypted: they are at hand. */
export interface LmdbDeadLetters extends DeadLetters {
  list(limit: number, cursor: string, tenant?: string): DeadLetterPage;
  get(position: number): (DeadLetter & DeadLetterSummary) | null;
}

export interface DeadLetterDependencies {
  readonly tables: QueueTables;
  readonly sealer: Sealer;
  readonly limitBytes: number;
  readonly notify: () => void;
}

export function createDeadLetters(dependencies: DeadLetterDependencies): LmdbDeadLetters {
  const { tables, sealer } = dependencies;
  return {
    list(limit, cursor, tenant) {
      tables.root.resetReadTxn();
      const start = cursor === "" ? 0 : Number(cursor) + 1;
      const range = tables.dead.getRange({ start });
      const own = range.filter(
        ({ value }) => tenant === undefined || parseHeader(value.header).tenant === tenant,
      );
      const rows = Array.from(own.slice(0, limit + 1));
      const items = rows.slice(0, limit).map(({ key, value }) => summarize(sealer, key, value));
      const last = items.at(-1);
      return { items, nextCursor: rows.length > limit && last ? String(last.position) : null };
    },
    get(position) {
      tables.root.resetReadTxn();
      const entry = tables.dead.get(position);
      if (entry === undefined) {
        return null;
      }
      return { ...summarize(sealer, position, entry), body: bodyOf(dependencies, position, entry) };
    },
    replay: (position) => replay(dependencies, position),
    drop: (position) =>
      inTransaction(tables, () => {
        const entry = tables.dead.get(position);
        if (entry === undefined) {
          return false;
        }
        const state = readState(tables);
        removeDeadLetter(tables, state, position, entry.header);
        writeState(tables, state);
        return true;
      }),
    evicted: () => freshState(tables).deadLettersEvicted,
  };
}

/**
 * Moves a record from the queue to the dead letters inside the caller's transaction, as it was
 * sealed, and returns the bytes it takes. The caller writes the state.
 */
export function deadLetterRecord(
  { tables, sealer, state }: { tables: QueueTables; sealer: Sealer; state: QueueState },
  position: number,
  { reason, failedAtUnixMs }: { reason: string; failedAtUnixMs: number },
): number {
  const header = tables.headers.get(position);
  if (header === undefined) {
    return 0;
  }
  const sealedReason = sealer.seal(Buffer.from(reason), header).toString("base64");
  void tables.dead.put(position, { header, sealedReason, failedAtUnixMs });
  const sealed = tables.bodies.getBinary(position);
  if (sealed !== undefined) {
    void tables.deadBodies.put(position, Buffer.from(sealed));
  }
  void tables.headers.remove(position);
  void tables.bodies.remove(position);
  const parsed = parseHeader(header);
  const bytes = recordBytes(header, parsed);
  state.deadBytes += bytes;
  count(tables, parsed, { deadLettered: parsed.acceptedCount });
  return bytes;
}

async function replay(
  { tables, limitBytes, notify }: DeadLetterDependencies,
  position: number,
): Promise<number | null> {
  const result = await inTransaction(tables, () => {
    const entry = tables.dead.get(position);
    const sealed = tables.deadBodies.getBinary(position);
    if (entry === undefined || sealed === undefined) {
      return null;
    }
    const state = readState(tables);
    const body = Buffer.from(sealed);
    const header = parseHeader(entry.header);
    removeDeadLetter(tables, state, position, entry.header);
    if (!makeRoom(tables, state, recordBytes(entry.header, header), limitBytes)) {
      throw new QueueFullError(state.usedBytes, limitBytes);
    }
    const newPosition = putRecord(tables, state, entry.header, body);
    writeState(tables, state);
    count(tables, header, { deadLettered: -header.acceptedCount });
    return newPosition;
  });
  if (result !== null) {
    notify();
  }
  return result;
}

function summarize(sealer: Sealer, position: number, entry: DeadEntry): DeadLetterSummary {
  const header = parseHeader(entry.header);
  const reason = sealer.open(Buffer.from(entry.sealedReason, "base64"), entry.header).toString();
  return { ...header, position, reason, failedAtUnixMs: entry.failedAtUnixMs };
}

function bodyOf({ tables, sealer }: DeadLetterDependencies, position: number, entry: DeadEntry) {
  const sealed = tables.deadBodies.getBinary(position);
  try {
    return sealed === undefined ? Buffer.alloc(0) : sealer.open(sealed, entry.header);
  } catch {
    return Buffer.alloc(0);
  }
}
