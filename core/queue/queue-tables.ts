import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Database, RootDatabase } from "lmdb";
import type { AccountedSignal } from "../model/telemetry.ts";
import { durably, openLmdb } from "./open-lmdb.ts";
import type { NewQueueRecord } from "./queue.ts";

/** The LMDB databases of the queue; one file, so that a transaction spans them all. */
export interface QueueTables {
  readonly root: RootDatabase;
  readonly file: string;
  /** The queue's own state, under one key. */
  readonly meta: Database<QueueState, string>;
  /** Position → header as JSON text; the text authenticates the body. */
  readonly headers: Database<string, number>;
  /** Position → sealed body. */
  readonly bodies: Database<Buffer, number>;
  /** First position → the batch that begins there. */
  readonly batches: Database<BatchEntry, number>;
  readonly accounting: Database<AccountingCounts, [string, AccountedSignal]>;
  /** Position → dead letter without its body, which is in `deadBodies` as it was sealed. */
  readonly dead: Database<DeadEntry, number>;
  readonly deadBodies: Database<Buffer, number>;
  /** Digest → when it expires; `digestExpiry` holds the same in order of expiry. */
  readonly digests: Database<number, string>;
  readonly digestExpiry: Database<number, [number, string]>;
  /** Claimed name → owner. */
  readonly claims: Database<string, string>;
}

export interface QueueState {
  readonly keyFingerprint: string;
  /** Position of the next append; never goes back, also when everything was trimmed. */
  nextPosition: number;
  /** First position that is in no committed batch. */
  head: number;
  /** Bytes of pages that kept records and dead letters take. */
  usedBytes: number;
  /** The part of `usedBytes` that belongs to committed batches. */
  consumedBytes: number;
  /** The part of `usedBytes` that belongs to dead letters. */
  deadBytes: number;
  /** Dead letters dropped to bound the queue; they stay counted as dead-lettered. */
  deadLettersEvicted: number;
  digestCount: number;
  /** Whether the last process closed the queue. */
  clean: boolean;
  /** Committed batches from `next` up to `end` are to be handed out again. */
  replay: { readonly next: number; readonly end: number } | null;
}

export interface RecordHeader extends Omit<NewQueueRecord, "body"> {
  readonly bodyBytes: number;
}

/** A batch that was written down: it covers the positions from its key to `to`. */
export interface BatchEntry {
  readonly id: string;
  readonly to: number;
  readonly bytes: number;
  readonly refusals: number;
  readonly committedAtUnixMs: number | null;
}

export interface AccountingCounts {
  readonly received: number;
  readonly stored: number;
  readonly rejected: Readonly<Record<string, number>>;
  readonly deadLettered: number;
}

export interface DeadEntry {
  readonly header: string;
  /** The reason may quote the body, so it is sealed too; base64. */
  readonly sealedReason: string;
  readonly failedAtUnixMs: number;
}

const dataFile = "data.mdb";

export function openQueueTables(dir: string): QueueTables {
  const root = openLmdb(dir, 16);
  return {
    root,
    file: join(dir, dataFile),
    meta: root.openDB("meta", { encoding: "json" }),
    headers: root.openDB("headers", { encoding: "string" }),
    bodies: root.openDB("bodies", { encoding: "binary" }),
    batches: root.openDB("batches", { encoding: "json" }),
    accounting: root.openDB("accounting", { encoding: "json" }),
    dead: root.openDB("dead", { encoding: "json" }),
    deadBodies: root.openDB("dead_bodies", { encoding: "binary" }),
    digests: root.openDB("digests", { encoding: "json" }),
    digestExpiry: root.openDB("digest_expiry", { encoding: "json" }),
    claims: root.openDB("claims", { encoding: "string" }),
  };
}

/** Whether the queue in `dir` holds no encrypted bytes; asked before its key is opened. */
export async function isQueueEmpty(dir: string): Promise<boolean> {
  if (!existsSync(join(dir, dataFile))) {
    return true;
  }
  const tables = openQueueTables(dir);
  try {
    return holdsNothing(tables);
  } finally {
    await tables.root.close();
  }
}

export function holdsNothing(tables: QueueTables): boolean {
  return isBlank(tables.headers) && isBlank(tables.dead);
}

function isBlank(table: Database<unknown, number>): boolean {
  return [...table.getKeys({ limit: 1 })].length === 0;
}

/** A change of the queue, all of it or none; see {@link durably}. */
export function inTransaction<Result>(tables: QueueTables, work: () => Result): Promise<Result> {
  return durably(tables.root, work);
}

export function readState(tables: QueueTables): QueueState {
  const state = tables.meta.get("state");
  if (state === undefined) {
    throw new Error("the queue has no state: it was not opened through openLmdbQueue");
  }
  return state;
}

/** The state as of now, outside a transaction: LMDB may otherwise reuse this turn's snapshot. */
export function freshState(tables: QueueTables): QueueState {
  tables.root.resetReadTxn();
  return readState(tables);
}

export function writeState(tables: QueueTables, state: QueueState): void {
  void tables.meta.put("state", state);
}

export function readHeader(tables: QueueTables, position: number): RecordHeader | null {
  const text = tables.headers.get(position);
  return text === undefined ? null : parseHeader(text);
}

export function parseHeader(text: string): RecordHeader {
  return JSON.parse(text) as RecordHeader;
}

/** Headers from `from` to `to` (inclusive) in order; positions that are gone are left out. */
export function headersBetween(
  tables: QueueTables,
  from: number,
  to: number,
): { position: number; text: string; header: RecordHeader }[] {
  const range = tables.headers.getRange({ start: from, end: to + 1 });
  return [...range].map(({ key, value }) => ({
    position: key,
    text: value,
    header: parseHeader(value),
  }));
}

export function fileBytes(tables: QueueTables): number {
  return statSync(tables.file).size;
}
