import {
  type BatchEntry,
  fileBytes,
  parseHeader,
  type QueueState,
  type QueueTables,
  type RecordHeader,
} from "./queue-tables.ts";
import { sealOverheadBytes } from "./seal.ts";

/*
 * How the file is bounded. An LMDB file never shrinks, but pages freed inside it are used again,
 * so "full" is decided by the pages that kept records take, not by the length of the file. Bodies
 * need runs of neighboring pages, so a file in use is longer than its content: 1.3 times in a
 * first-in-first-out run of 2 GB of log-uniform bodies (1 kB to 2 MB) through 100 MB. Content may
 * therefore take two thirds of the limit, and half once the file has reached it all the same:
 * the other half is then free pages, and the file stops growing.
 */
const contentShare = 2 / 3;
const contentShareAtLimit = 1 / 2;

/** Committed records may be trimmed before the replay window ends, down to this share. */
const replayShare = 1 / 4;
const deadLetterShare = 1 / 4;
const digestShare = 1 / 8;
/** Measured size of one digest in its two tables, with the slack of their pages. */
const digestBytes = 200;

const pageBytes = 4096;
const pageHeaderBytes = 16;
/** Values above this size move from the tree's leaves to pages of their own. */
const inlineBytes = 2000;
const entryOverheadBytes = 128;

export function capacityBytes(tables: QueueTables, limitBytes: number): number {
  const share = fileBytes(tables) >= limitBytes ? contentShareAtLimit : contentShare;
  return Math.floor(limitBytes * share);
}

/** Bytes of pages that a record takes, bodies on pages of their own rounded up. */
export function recordBytes(headerText: string, { bodyBytes }: RecordHeader): number {
  const sealedBytes = bodyBytes + sealOverheadBytes;
  const pages = Math.ceil((sealedBytes + pageHeaderBytes) / pageBytes);
  const body = sealedBytes > inlineBytes ? pages * pageBytes : sealedBytes;
  return body + Buffer.byteLength(headerText) + entryOverheadBytes;
}

/** Share of the capacity that new records may still take, 0 to 1. */
export function roomShare(tables: QueueTables, state: QueueState, limitBytes: number): number {
  const capacity = capacityBytes(tables, limitBytes);
  const trimmable = Math.max(0, state.consumedBytes - capacity * replayShare);
  return Math.max(0, 1 - (state.usedBytes - trimmable) / capacity);
}

export function digestLimit(limitBytes: number): number {
  return Math.floor((limitBytes * digestShare) / digestBytes);
}

/**
 * Makes room for `needed` bytes in the caller's transaction, or returns false. The oldest
 * committed batches go first, whatever their age, down to a quarter of the capacity; batches that
 * are still to be replayed are never trimmed.
 */
export function makeRoom(
  tables: QueueTables,
  state: QueueState,
  needed: number,
  limitBytes: number,
): boolean {
  const capacity = capacityBytes(tables, limitBytes);
  while (state.usedBytes + needed > capacity) {
    const spare = state.consumedBytes > capacity * replayShare;
    if (!spare || !trimOldest(tables, state, () => true)) {
      return false;
    }
  }
  return true;
}

/** Removes committed batches that have left the replay window, at most `limit` at a time. */
export function trimExpired(
  tables: QueueTables,
  state: QueueState,
  committedBeforeUnixMs: number,
  limit = 64,
): void {
  function isOld(entry: BatchEntry): boolean {
    return (entry.committedAtUnixMs ?? 0) < committedBeforeUnixMs;
  }
  let trimmed = 0;
  while (trimmed < limit && trimOldest(tables, state, isOld)) {
    trimmed += 1;
  }
}

function trimOldest(
  tables: QueueTables,
  state: QueueState,
  mayGo: (entry: BatchEntry) => boolean,
): boolean {
  const [oldest] = [...tables.batches.getRange({ limit: 1 })];
  const firstToReplay = state.replay?.next ?? state.head;
  if (oldest === undefined || oldest.key >= firstToReplay || !mayGo(oldest.value)) {
    return false;
  }
  const positions = [...tables.headers.getKeys({ start: oldest.key, end: oldest.value.to + 1 })];
  for (const position of positions) {
    void tables.headers.remove(position);
    void tables.bodies.remove(position);
  }
  void tables.batches.remove(oldest.key);
  state.usedBytes -= oldest.value.bytes;
  state.consumedBytes -= oldest.value.bytes;
  return true;
}

/** Drops the oldest dead letters beyond their share: poison must not fill the queue for good. */
export function boundDeadLetters(tables: QueueTables, state: QueueState, limitBytes: number): void {
  const allowed = limitBytes * contentShareAtLimit * deadLetterShare;
  while (state.deadBytes > allowed) {
    const [oldest] = [...tables.dead.getRange({ limit: 1 })];
    if (oldest === undefined) {
      return;
    }
    removeDeadLetter(tables, state, oldest.key, oldest.value.header);
    state.deadLettersEvicted += 1;
  }
}

export function removeDeadLetter(
  tables: QueueTables,
  state: QueueState,
  position: number,
  header: string,
): void {
  const bytes = recordBytes(header, parseHeader(header));
  void tables.dead.remove(position);
  void tables.deadBodies.remove(position);
  state.usedBytes -= bytes;
  state.deadBytes -= bytes;
}
