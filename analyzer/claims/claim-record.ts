import type { PreparedSpan } from "../ingest/prepare-batch.ts";
import { spanKindCode, spanKindText } from "../ingest/span-block.ts";

/**
 * One record of the log of claims. A large batch claims in several chunks.
 *
 * Binary, little-endian, because every analyzer reads every claim: version (1 byte), what it is
 * (1), chunk (2), epoch (4), writer (4), sequence (4), `doneBefore` (8, float), length (2) and text of the batch id, then per tenant
 * length (2) and text of its name, number of entries (4) and the entries.
 */
export interface ClaimRecord {
  readonly type: "claim" | "release";
  readonly batchId: string;
  readonly chunk: number;
  /** Rises with each change of who works on the partition; 0 for unknown. */
  readonly epoch: number;
  /** Tells processes of one epoch apart: a static member comes back without a new one. */
  readonly writer: number;
  /** Rises with each record of a writer: one that was given up may reach the log late. */
  readonly sequence: number;
  /** Offset before which all records of the batch's partition are done with; 0 for unknown. */
  readonly doneBefore: number;
  readonly groups: readonly ClaimGroup[];
}

/** Spans of one tenant: {@link entryBytes} bytes each. */
export interface ClaimGroup {
  readonly tenant: string;
  readonly entries: Buffer;
}

/**
 * Who owns the span: the log decides (`open`), or it was decided before and is only told to those
 * who did not read that (`kept` or `lost`).
 */
export type Verdict = "open" | "kept" | "lost";

/** An identity with the digest of the content; of a lost one, that of the span that won. */
export type ClaimEntry = Pick<PreparedSpan, "traceId" | "spanId" | "kind" | "digest"> & {
  readonly verdict: Verdict;
};

/** Trace id (16), span id (8), kind and verdict (1), digest (8). */
export const entryBytes = 33;
/** The bytes of an entry that say which span it is. */
export const identityBytes = 25;

const version = 1;
const types = ["claim", "release"] as const;
const verdicts = ["open", "kept", "lost"] as const;
const headBytes = 26;
const kindAt = 24;
const digestAt = 25;
const kinds = 16;
const wordSize = 2 ** 32;

export function encodeClaim(record: ClaimRecord): Buffer {
  const batchId = Buffer.from(record.batchId);
  const head = Buffer.alloc(headBytes);
  head.writeUInt8(version, 0);
  head.writeUInt8(types.indexOf(record.type), 1);
  head.writeUInt16LE(record.chunk, 2);
  head.writeUInt32LE(record.epoch, 4);
  head.writeUInt32LE(record.writer, 8);
  head.writeUInt32LE(record.sequence, 12);
  head.writeDoubleLE(record.doneBefore, 16);
  head.writeUInt16LE(batchId.length, 24);
  const groups = record.groups.flatMap(({ tenant, entries }) => {
    const name = Buffer.from(tenant);
    const length = Buffer.alloc(2);
    length.writeUInt16LE(name.length);
    const count = Buffer.alloc(4);
    count.writeUInt32LE(entries.length / entryBytes);
    return [length, name, count, entries];
  });
  return Buffer.concat([head, batchId, ...groups]);
}

/** @throws RangeError for bytes that are no record of this version. */
export function decodeClaim(bytes: Buffer): ClaimRecord {
  const type = types[bytes.readUInt8(1)];
  if (bytes.readUInt8(0) !== version || type === undefined) {
    throw new RangeError(`expected a claim of version ${version}, got ${bytes.readUInt8(0)}`);
  }
  const idEnd = headBytes + bytes.readUInt16LE(24);
  const groups: ClaimGroup[] = [];
  for (let at = idEnd; at < bytes.length; ) {
    const nameEnd = at + 2 + bytes.readUInt16LE(at);
    const end = nameEnd + 4 + bytes.readUInt32LE(nameEnd) * entryBytes;
    if (end > bytes.length) {
      throw new RangeError(`expected ${end} bytes of a claim, got ${bytes.length}`);
    }
    const tenant = bytes.toString("utf8", at + 2, nameEnd);
    groups.push({ tenant, entries: bytes.subarray(nameEnd + 4, end) });
    at = end;
  }
  return {
    type,
    batchId: bytes.toString("utf8", headBytes, idEnd),
    chunk: bytes.readUInt16LE(2),
    epoch: bytes.readUInt32LE(4),
    writer: bytes.readUInt32LE(8),
    sequence: bytes.readUInt32LE(12),
    doneBefore: bytes.readDoubleLE(16),
    groups,
  };
}

export function packEntries(spans: readonly ClaimEntry[]): Buffer {
  const entries = Buffer.alloc(spans.length * entryBytes);
  spans.forEach(({ traceId, spanId, kind, digest, verdict }, index) => {
    const at = index * entryBytes;
    entries.write(traceId, at, 16, "hex");
    entries.write(spanId, at + 16, 8, "hex");
    entries.writeUInt8(spanKindCode(kind) + kinds * verdicts.indexOf(verdict), at + kindAt);
    entries.writeUInt32LE(digest >>> 0, at + digestAt);
    entries.writeUInt32LE(Math.floor(digest / wordSize), at + digestAt + 4);
  });
  return entries;
}

/** The entry at a byte offset. */
export function unpackEntry(entries: Buffer, at: number): ClaimEntry {
  return {
    traceId: entries.toString("hex", at, at + 16),
    spanId: entries.toString("hex", at + 16, at + kindAt),
    kind: spanKindText(entries.readUInt8(at + kindAt) % kinds),
    digest: digestOf(entries, at),
    verdict: verdictOf(entries, at),
  };
}

export function digestOf(entries: Buffer, at: number): number {
  return entries.readUInt32LE(at + digestAt) + entries.readUInt32LE(at + digestAt + 4) * wordSize;
}

export function verdictOf(entries: Buffer, at: number): Verdict {
  return verdicts[Math.floor(entries.readUInt8(at + kindAt) / kinds)] ?? "open";
}

/** Which span an entry is of, as a short key; the same whatever the verdict. */
export function identityOf(entries: Buffer, at: number): string {
  if (verdictOf(entries, at) === "open") {
    return entries.toString("latin1", at, at + identityBytes);
  }
  const kind = entries.readUInt8(at + kindAt) % kinds;
  return entries.toString("latin1", at, at + kindAt) + String.fromCharCode(kind);
}
