import { createHash } from "node:crypto";
import type { AccountedSignal, Signal } from "../../model/telemetry.ts";
import { OtlpDecodeError } from "../../otlp/otlp-decode-error.ts";
import { scanRequest } from "../../otlp/scan.ts";
import { sumReasons } from "../accounting.ts";
import type { QueueRecord } from "../queue.ts";
import { AccountSums } from "./accounts.ts";
import type { RequestDigest } from "./digests.ts";
import { contentTypeOf, toQueueRecord } from "./message.ts";
import type { LimitsOf, LogEntry, PartitionLog } from "./partition-log.ts";
import { readRefusals } from "./refusals.ts";

/** What a range of a partition comes to before any of it is stored. */
export interface BatchContent {
  /** Records with something to store. */
  readonly records: readonly QueueRecord[];
  /** Digests of the records whose bytes may have come before. */
  readonly digests: readonly RequestDigest[];
  /** Records that are no request; they go to the dead letters. */
  readonly undecodable: readonly LogEntry[];
  /** Received and rejected so far, all records of the range included. */
  readonly sums: AccountSums;
}

/** Records that other programs wrote belong to the tenant of those without a key. */
export const foreignTenant = "default";

/** Reads what the records say of themselves; those without our headers are counted here. */
export function readContent(
  log: Pick<PartitionLog, "signal">,
  entries: readonly LogEntry[],
  limitsOf: LimitsOf,
): BatchContent {
  const sums = new AccountSums();
  const undecodable: LogEntry[] = [];
  const digests: RequestDigest[] = [];
  const records: QueueRecord[] = [];
  for (const entry of entries) {
    if (log.signal === "refusals") {
      readRefusals(entry.message).forEach(({ tenant, signal, rejected }) =>
        sums.add({ tenant, signal }, { received: sumReasons(rejected), rejected }),
      );
      continue;
    }
    const read = readRecord(entry, log.signal, limitsOf);
    if (read === null) {
      undecodable.push(entry);
      sums.add(
        { tenant: foreignTenant, signal: log.signal },
        { received: 1, rejected: { undecodable: 1 } },
      );
      continue;
    }
    const { record, digest } = read;
    const received = record.acceptedCount + sumReasons(record.rejected);
    sums.add(record, { received, rejected: record.rejected });
    if (record.acceptedCount > 0) {
      records.push(record);
    }
    if (digest !== "" && record.acceptedCount > 0) {
      const { tenant, signal, position: offset, receivedAtUnixMs } = record;
      digests.push({ tenant, signal, digest, offset, receivedAtUnixMs });
    }
  }
  return { records, digests, undecodable, sums };
}

/** Leaves out the records at these offsets, which repeat what came before them. */
export function withoutRepeated(
  content: BatchContent,
  repeated: ReadonlySet<number>,
): BatchContent {
  for (const record of content.records) {
    if (repeated.has(record.position)) {
      content.sums.add(record, { rejected: { duplicate: record.acceptedCount } });
    }
  }
  return {
    ...content,
    records: content.records.filter(({ position }) => !repeated.has(position)),
    digests: content.digests.filter(({ offset }) => !repeated.has(offset)),
  };
}

interface ReadRecord {
  readonly record: QueueRecord;
  readonly digest: string;
}

/** `null` for what cannot be decoded. */
function readRecord(
  { message, facts }: LogEntry,
  signal: AccountedSignal,
  limitsOf: LimitsOf,
): ReadRecord | null {
  if (facts !== null) {
    return { record: toQueueRecord(message, signal, facts), digest: facts.digest };
  }
  if (signal === "changes") {
    return null;
  }
  const receivedAtUnixMs = Number(message.timestamp);
  const body = message.value ?? Buffer.alloc(0);
  const scan = tryScan(signal, contentTypeOf(message), body, limitsOf(receivedAtUnixMs));
  if (scan === null) {
    return null;
  }
  const { accepted: acceptedCount, rejected, rejectedOrdinals } = scan;
  const digest = signal === "traces" ? "" : createHash("sha256").update(body).digest("hex");
  const own = { tenant: foreignTenant, receivedAtUnixMs, acceptedCount, rejected, digest };
  return { record: { ...toQueueRecord(message, signal, own), rejectedOrdinals }, digest };
}

function tryScan(
  signal: Signal,
  contentType: "protobuf" | "json",
  body: Buffer,
  limits: ReturnType<LimitsOf>,
) {
  try {
    return scanRequest(signal, contentType, body, limits);
  } catch (error) {
    if (error instanceof OtlpDecodeError) {
      return null;
    }
    throw error;
  }
}
