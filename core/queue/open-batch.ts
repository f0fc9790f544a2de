import { randomBytes } from "node:crypto";
import type { Clock } from "../clock.ts";
import { recordBytes, trimExpired } from "./capacity.ts";
import type { Batch } from "./queue.ts";
import {
  type BatchEntry,
  freshState,
  inTransaction,
  parseHeader,
  type QueueState,
  type QueueTables,
  readState,
  writeState,
} from "./queue-tables.ts";
import type { Sealer } from "./seal.ts";

export interface ConsumerDependencies {
  readonly tables: QueueTables;
  readonly sealer: Sealer;
  readonly limitBytes: number;
  readonly batchMaxRecords: number;
  readonly batchMaxBytes: number;
  readonly replayMs: number;
  readonly clock: Clock;
}

/** A range of positions that was handed out, or is about to be. */
export interface OpenBatch {
  readonly from: number;
  readonly entry: BatchEntry;
  readonly replay: boolean;
}

/** The batch that was written down and is not done with; replays come before what waits. */
export function findOpen(tables: QueueTables, state: QueueState): OpenBatch | null {
  if (state.replay !== null) {
    const { next: start, end } = state.replay;
    const [found] = [...tables.batches.getRange({ start, end, limit: 1 })];
    if (found !== undefined) {
      return { from: found.key, entry: found.value, replay: true };
    }
  }
  const entry = tables.batches.get(state.head);
  return entry === undefined ? null : { from: state.head, entry, replay: false };
}

/** Writes the next range down; also the place where the idle queue sheds what has expired. */
export async function openNext(dependencies: ConsumerDependencies): Promise<OpenBatch | null> {
  const { tables } = dependencies;
  const before = readState(tables);
  if (before.head === before.nextPosition && !hasExpired(dependencies, before)) {
    return null;
  }
  return inTransaction(tables, () => {
    const state = readState(tables);
    trimOld(dependencies, state);
    const range = nextRange(dependencies, state);
    if (range !== null) {
      void tables.batches.put(state.head, newEntry(range.to, range.bytes, 0));
    }
    writeState(tables, state);
    return findOpen(tables, state);
  });
}

/** The range behind an open batch, written down like every other before it is handed out. */
export async function openAfter(
  dependencies: ConsumerDependencies,
  batch: Batch,
): Promise<OpenBatch | null> {
  const { tables } = dependencies;
  const open = findOpen(tables, freshState(tables));
  if (open === null || open.replay || open.entry.id !== batch.id) {
    return null;
  }
  const from = open.entry.to + 1;
  const known = tables.batches.get(from);
  if (known !== undefined) {
    return { from, entry: known, replay: false };
  }
  return inTransaction(tables, () => {
    const range = nextRange(dependencies, { ...readState(tables), head: from });
    if (range === null) {
      return null;
    }
    const entry = newEntry(range.to, range.bytes, 0);
    void tables.batches.put(from, entry);
    return { from, entry, replay: false };
  });
}

export function newEntry(to: number, bytes: number, refusals: number): BatchEntry {
  // Random and written down before use: never the same again, also in a restored data folder.
  return { id: randomBytes(16).toString("hex"), to, bytes, refusals, committedAtUnixMs: null };
}

/** The longest range from the head within the batch limits, at least one record. */
function nextRange(
  { tables, batchMaxRecords, batchMaxBytes }: ConsumerDependencies,
  state: QueueState,
): { to: number; bytes: number } | null {
  const range = { to: state.head - 1, bytes: 0 };
  let records = 0;
  let bodyBytes = 0;
  for (const { key, value } of tables.headers.getRange({ start: state.head })) {
    const header = parseHeader(value);
    records += header.acceptedCount;
    bodyBytes += header.bodyBytes;
    const isFirst = range.to < state.head;
    if (!isFirst && (records > batchMaxRecords || bodyBytes > batchMaxBytes)) {
      break;
    }
    range.to = key;
    range.bytes += recordBytes(value, header);
  }
  return range.to < state.head ? null : range;
}

/** Sheds what has left the replay window. */
export function trimOld(
  { tables, replayMs, clock }: ConsumerDependencies,
  state: QueueState,
): void {
  trimExpired(tables, state, clock.now() - replayMs);
}

function hasExpired({ tables, replayMs, clock }: ConsumerDependencies, state: QueueState): boolean {
  const [oldest] = [...tables.batches.getRange({ limit: 1, end: state.head })];
  return (oldest?.value.committedAtUnixMs ?? Infinity) < clock.now() - replayMs;
}
