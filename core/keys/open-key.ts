import { createHash, randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { userConfigDir } from "../config/config.ts";
import { makeFolder } from "../make-folder.ts";

/** The AES-256-GCM key that queued bytes are encrypted with. */
export interface QueueKey {
  /** Names the default key file; kept in the data folder. */
  readonly id: string;
  readonly bytes: Buffer;
  /** Tells keys apart without revealing them: 128 bits of SHA-256 over a label and the key. */
  readonly fingerprint: string;
}

export interface OpenKeyOptions {
  readonly dataDir: string;
  /** Config `keyFile`; empty: `TELLTALE_KEY_FILE`, else a file in the user's config folder. */
  readonly keyFile: string;
  readonly env: NodeJS.ProcessEnv;
  /** Whether the queue of this data folder holds nothing that was encrypted. */
  readonly queueIsEmpty: boolean;
}

export type QueueKeyErrorCode =
  | "KEY_MISSING"
  | "KEY_UNWRITABLE"
  | "KEY_UNREADABLE"
  | "KEY_PERMISSIONS"
  | "KEY_MALFORMED"
  | "KEY_WRONG";

/** A start refused because of the key; the message says what to do. */
export class QueueKeyError extends Error {
  override readonly name = "QueueKeyError";
  readonly code: QueueKeyErrorCode;
  constructor(code: QueueKeyErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/**
 * Opens the queue's key, or makes one when the queue is empty. The key lives outside the data
 * folder, so that a copy of the folder alone cannot be read; the folder keeps only its id and
 * fingerprint.
 */
export function openKey(options: OpenKeyOptions): QueueKey {
  const known = readKeyRecord(options.dataDir);
  const id = known?.id ?? randomBytes(8).toString("hex");
  const path = keyPath(options, id);
  if (!existsSync(path)) {
    if (!options.queueIsEmpty) {
      throw missingKey(path, options.dataDir);
    }
    createKeyFile(path);
  }
  const key = describeKey(id, readKeyFile(path));
  if (known !== null && known.fingerprint !== key.fingerprint && !options.queueIsEmpty) {
    throw wrongKey(path, options.dataDir);
  }
  if (known?.fingerprint !== key.fingerprint) {
    writeKeyRecord(options.dataDir, key);
  }
  return key;
}

/**
 * Opens the key that several processes share: what one masks, another must mask alike. It is
 * never made here, because each process would make its own.
 */
export function openSharedKey(options: Pick<OpenKeyOptions, "keyFile" | "env">): QueueKey {
  const path = keyPath(options, "shared");
  if (!existsSync(path)) {
    throw new QueueKeyError(
      "KEY_MISSING",
      `the shared key ${path} does not exist: make one with "openssl rand -hex 32", give every ` +
        "process the same file and name it in keyFile or TELLTALE_KEY_FILE",
    );
  }
  return describeKey("shared", readKeyFile(path));
}

/** A key from its bytes, for callers that keep keys elsewhere. */
export function describeKey(id: string, bytes: Buffer): QueueKey {
  const hash = createHash("sha256").update("telltale queue key\0").update(bytes);
  return { id, bytes, fingerprint: hash.digest("hex").slice(0, 32) };
}

/** Where the key with this id is looked for. */
export function keyPath(
  { keyFile, env }: Pick<OpenKeyOptions, "keyFile" | "env">,
  id: string,
): string {
  const named = keyFile || env["TELLTALE_KEY_FILE"];
  return resolve(named || join(userConfigDir(env), "telltale", "keys", id));
}

function createKeyFile(path: string): void {
  try {
    makeFolder(dirname(path));
    // "wx": two processes that start at once must not overwrite each other's key.
    const file = openSync(path, "wx", 0o600);
    try {
      writeFileSync(file, `${randomBytes(32).toString("hex")}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    syncFolder(dirname(path));
  } catch (error) {
    if (errorCode(error) === "EEXIST" && existsSync(path)) {
      return;
    }
    throw new QueueKeyError(
      "KEY_UNWRITABLE",
      `the queue's key could not be written to ${path} (${errorCode(error)}): set keyFile or ` +
        "TELLTALE_KEY_FILE to a file in a writable folder outside the data folder",
      error,
    );
  }
}

function readKeyFile(path: string): Buffer {
  checkPermissions(path);
  let text: string;
  try {
    text = readFileSync(path, "utf8").trim();
  } catch (error) {
    throw unreadableKey(path, error);
  }
  if (!/^[0-9a-fA-F]{64}$/.test(text)) {
    throw new QueueKeyError(
      "KEY_MALFORMED",
      `the key file ${path} must hold 64 hex digits (openssl rand -hex 32), it holds ` +
        `${text.length} characters of something else`,
    );
  }
  return Buffer.from(text, "hex");
}

/**
 * Refuses a key that others may read. Group read is let through only for a file of another owner:
 * a Kubernetes secret mounted with `fsGroup` belongs to root and is readable by group alone.
 */
function checkPermissions(path: string): void {
  if (process.platform === "win32") {
    return;
  }
  let stats: ReturnType<typeof statSync>;
  try {
    stats = statSync(path);
  } catch (error) {
    throw unreadableKey(path, error);
  }
  const allowed = stats.uid === process.getuid?.() ? 0o700 : 0o740;
  const mode = stats.mode & 0o777;
  if ((mode & ~allowed) !== 0) {
    throw new QueueKeyError(
      "KEY_PERMISSIONS",
      `the key file ${path} has mode ${mode.toString(8).padStart(4, "0")}, expected 0600: ` +
        `others can read it; run chmod 600 ${path}`,
    );
  }
}

interface KeyRecord {
  readonly id: string;
  readonly fingerprint: string;
}

function recordPath(dataDir: string): string {
  return join(dataDir, "queue-key.json");
}

function readKeyRecord(dataDir: string): KeyRecord | null {
  const path = recordPath(dataDir);
  if (!existsSync(path)) {
    return null;
  }
  const text = readFileSync(path, "utf8");
  const match = /^\{"id":"([0-9a-f]{16})","fingerprint":"([0-9a-f]{32})"\}\n$/.exec(text);
  const [, id, fingerprint] = match ?? [];
  if (id === undefined || fingerprint === undefined) {
    throw new QueueKeyError(
      "KEY_MALFORMED",
      `${path} must hold the id and fingerprint of the queue's key: restore it from a backup`,
    );
  }
  return { id, fingerprint };
}

function writeKeyRecord(dataDir: string, { id, fingerprint }: QueueKey): void {
  makeFolder(dataDir);
  const file = openSync(recordPath(dataDir), "w", 0o600);
  try {
    writeFileSync(file, `${JSON.stringify({ id, fingerprint })}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  syncFolder(dataDir);
}

/** Makes the names of new files durable; Windows has no such call on folders. */
function syncFolder(path: string): void {
  if (process.platform === "win32") {
    return;
  }
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function missingKey(path: string, dataDir: string): QueueKeyError {
  return new QueueKeyError(
    "KEY_MISSING",
    `the queue in ${dataDir} holds encrypted records, but its key file ${path} does not exist: ` +
      "put the key back there, or name it with keyFile or TELLTALE_KEY_FILE; to give up what " +
      `is queued, move ${join(dataDir, "queue")} away (and notes beside it, if it is there)`,
  );
}

function wrongKey(path: string, dataDir: string): QueueKeyError {
  return new QueueKeyError(
    "KEY_WRONG",
    `the key in ${path} is not the one that the queue in ${dataDir} was encrypted with: name ` +
      "the right one with keyFile or TELLTALE_KEY_FILE; to give up what is queued, move " +
      `${join(dataDir, "queue")} away (and notes beside it, if it is there)`,
  );
}

function unreadableKey(path: string, cause: unknown): QueueKeyError {
  const code = errorCode(cause);
  return new QueueKeyError("KEY_UNREADABLE", `the key file ${path} is unreadable (${code})`, cause);
}

function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
