import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Database, RootDatabase } from "lmdb";
import type { Clock } from "../../core/clock.ts";
import type { QueueKey } from "../../core/keys/open-key.ts";
import { durably, openLmdb } from "../../core/queue/open-lmdb.ts";
import { createSealer, type Sealer } from "../../core/queue/seal.ts";

/** Authorship notes as they were uploaded, by tenant and commit. */
export interface NoteStore {
  /**
   * Stores or replaces notes; durable when resolved.
   *
   * @throws NotesFullError when the limit leaves no room for them.
   */
  put(tenant: string, notes: ReadonlyMap<string, string>): Promise<void>;
  /** The notes among `commits` that are known. */
  get(tenant: string, commits: readonly string[]): ReadonlyMap<string, string>;
  /** How many notes of a tenant the test holds for; it is given their text. */
  countWhere(tenant: string, test: (text: string) => boolean): number;
  /** Removes the notes of a tenant that the test holds for; says how many. */
  eraseWhere(tenant: string, test: (text: string) => boolean): Promise<number>;
  close(): Promise<void>;
}

export class NotesFullError extends Error {
  override readonly name = "NotesFullError";
  constructor(limitBytes: number) {
    super(`the notes would exceed notes.maxBytes (${limitBytes})`);
  }
}

export interface NoteStoreOptions {
  readonly dir: string;
  /** Notes hold prompts, so they are sealed like queued bytes. */
  readonly key: QueueKey;
  readonly config: { readonly maxBytes: number; readonly retentionDays: number };
  readonly clock: Clock;
}

type NoteKey = [tenant: string, commit: string];

interface NoteEntry {
  readonly uploadedAtUnixMs: number;
  readonly bytes: number;
}

interface NoteTables {
  readonly root: RootDatabase;
  readonly entries: Database<NoteEntry, NoteKey>;
  readonly sealed: Database<Buffer, NoteKey>;
  /** The same notes in order of upload. */
  readonly byTime: Database<true, [uploadedAtUnixMs: number, ...NoteKey]>;
  /** Sum of `bytes`, under one key. */
  readonly total: Database<number, string>;
}

const dataFile = "data.mdb";
const dayMs = 86_400_000;

/** Expired notes removed by one upload at most, so that none waits for long. */
const maxExpiredPerPut = 64;

/** Opens the notes in their own LMDB file. One thread of one process uses it. */
export function openNotes(options: NoteStoreOptions): NoteStore {
  const { dir, key, config, clock } = options;
  const tables = openTables(dir);
  const sealer = createSealer(key.bytes);
  return {
    async put(tenant, notes) {
      const now = clock.now();
      const sealed = [...notes].map(([commit, text]) => ({
        key: [tenant, commit] satisfies NoteKey,
        bytes: sealer.seal(Buffer.from(text), contextOf([tenant, commit])),
      }));
      await durably(tables.root, () => {
        removeExpired(tables, now - config.retentionDays * dayMs);
        for (const note of sealed) {
          putNote(tables, note.key, note.bytes, now);
        }
        if ((tables.total.get("bytes") ?? 0) > config.maxBytes) {
          throw new NotesFullError(config.maxBytes);
        }
      });
    },
    get(tenant, commits) {
      tables.root.resetReadTxn();
      const oldest = clock.now() - config.retentionDays * dayMs;
      const notes = new Map<string, string>();
      for (const commit of new Set(commits)) {
        const entry = tables.entries.get([tenant, commit]);
        const text =
          entry && entry.uploadedAtUnixMs > oldest && read(tables, sealer, [tenant, commit]);
        if (typeof text === "string") {
          notes.set(commit, text);
        }
      }
      return notes;
    },
    countWhere(tenant, test) {
      tables.root.resetReadTxn();
      return keysWhere(tables, sealer, tenant, test).length;
    },
    eraseWhere: (tenant, test) =>
      durably(tables.root, () => {
        const keys = keysWhere(tables, sealer, tenant, test);
        for (const each of keys) {
          removeNote(tables, each);
        }
        return keys.length;
      }),
    close: () => tables.root.close(),
  };
}

/** Whether the folder holds no note; asked before the key is opened. */
export async function isNotesEmpty(dir: string): Promise<boolean> {
  if (!existsSync(join(dir, dataFile))) {
    return true;
  }
  const tables = openTables(dir);
  try {
    return [...tables.entries.getKeys({ limit: 1 })].length === 0;
  } finally {
    await tables.root.close();
  }
}

function openTables(dir: string): NoteTables {
  const root = openLmdb(dir);
  return {
    root,
    entries: root.openDB("entries", { encoding: "json" }),
    sealed: root.openDB("sealed", { encoding: "binary" }),
    byTime: root.openDB("by_time", { encoding: "json" }),
    total: root.openDB("total", { encoding: "json" }),
  };
}

/** Binds the sealed text to its place: it does not open under another commit or tenant. */
function contextOf([tenant, commit]: NoteKey): string {
  return `note/${tenant}/${commit}`;
}

function read(tables: NoteTables, sealer: Sealer, key: NoteKey): string | null {
  const sealed = tables.sealed.get(key);
  return sealed === undefined ? null : sealer.open(sealed, contextOf(key)).toString("utf8");
}

function keysWhere(
  tables: NoteTables,
  sealer: Sealer,
  tenant: string,
  test: (text: string) => boolean,
): NoteKey[] {
  const found: NoteKey[] = [];
  for (const key of tables.entries.getKeys({ start: [tenant, ""] })) {
    if (key[0] !== tenant) {
      break;
    }
    if (test(read(tables, sealer, key) ?? "")) {
      found.push(key);
    }
  }
  return found;
}

function putNote(tables: NoteTables, key: NoteKey, sealed: Buffer, nowUnixMs: number): void {
  removeNote(tables, key);
  void tables.sealed.put(key, sealed);
  void tables.entries.put(key, { uploadedAtUnixMs: nowUnixMs, bytes: sealed.length });
  void tables.byTime.put([nowUnixMs, ...key], true);
  addBytes(tables, sealed.length);
}

function removeNote(tables: NoteTables, key: NoteKey): void {
  const entry = tables.entries.get(key);
  if (entry !== undefined) {
    void tables.sealed.remove(key);
    void tables.entries.remove(key);
    void tables.byTime.remove([entry.uploadedAtUnixMs, ...key]);
    addBytes(tables, -entry.bytes);
  }
}

function removeExpired(tables: NoteTables, oldestUnixMs: number): void {
  // Read to the end first: removing moves what a range stands on.
  const oldest = Array.from(tables.byTime.getKeys({ limit: maxExpiredPerPut }));
  for (const [uploadedAt, ...key] of oldest) {
    if (uploadedAt > oldestUnixMs) {
      return;
    }
    removeNote(tables, key);
  }
}

function addBytes({ total }: NoteTables, bytes: number): void {
  void total.put("bytes", (total.get("bytes") ?? 0) + bytes);
}
