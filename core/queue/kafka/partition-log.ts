import type { AccountedSignal } from "../../model/telemetry.ts";
import type { RecordLimits } from "../../otlp/limits.ts";
import type { FetchedMessage } from "./kafkajs-internals.ts";
import type { MessageFacts } from "./message.ts";
import type { RangePlan } from "./range-plan.ts";

/** One fetched record that waits for its batch. */
export interface LogEntry {
  readonly offset: number;
  readonly bytes: number;
  readonly message: FetchedMessage;
  /** What its headers say; `null` for a record of another program. */
  readonly facts: MessageFacts | null;
  /** For the order among partitions. */
  readonly timeUnixMs: number;
  /** Records in it, as far as its headers say. */
  readonly count: number;
}

export interface PartitionName {
  readonly topic: string;
  readonly partition: number;
}

/** A partition that this process owns: where it stands, and what was fetched of it. */
export interface PartitionLog extends PartitionName {
  readonly signal: AccountedSignal | "refusals";
  /** Beginning of the oldest batch that is not done with. */
  from: number;
  /** The batches that are written down; `null` when none is. */
  plan: RangePlan | null;
  /** Records from `from` on, in order. */
  entries: LogEntry[];
  bufferedBytes: number;
  /** Next offset to fetch. */
  nextFetch: number;
  /** End of the partition as of the last fetch. */
  highWatermark: number;
  /** Whether a request for it is under way. */
  isFetching: boolean;
  /** Whether it is fetched by itself, because a fetch with others failed. */
  isAlone: boolean;
  /** Why it cannot be read; it is tried again after a while. */
  fault: string | null;
}

export interface BatchLimits {
  readonly batchMaxRecords: number;
  readonly batchMaxBytes: number;
}

export function partitionKey({ topic, partition }: PartitionName): string {
  return `${topic}/${partition}`;
}

export function batchId(log: PartitionName, from: number, to: number): string {
  return `${log.topic}-${log.partition}-${from}-${to}`;
}

/** Whether everything up to `to` was fetched. */
export function hasFetched(log: PartitionLog, to: number): boolean {
  return log.nextFetch > to;
}

export function entriesBetween(log: PartitionLog, from: number, to: number): LogEntry[] {
  return log.entries.filter(({ offset }) => offset >= from && offset <= to);
}

/** Forgets what is done with. */
export function dropBefore(log: PartitionLog, from: number): void {
  log.from = from;
  log.entries = log.entries.filter(({ offset }) => offset >= from);
  log.bufferedBytes = log.entries.reduce((sum, { bytes }) => sum + bytes, 0);
  log.nextFetch = Math.max(log.nextFetch, from);
}

/**
 * End of the longest range from `from` on within the limits, at least one record; `null` when
 * nothing of it was fetched.
 */
export function endOfRange(log: PartitionLog, from: number, limits: BatchLimits): number | null {
  let to: number | null = null;
  let records = 0;
  let bytes = 0;
  for (const entry of log.entries) {
    if (entry.offset < from) {
      continue;
    }
    records += entry.count;
    bytes += entry.bytes;
    if (to !== null && (records > limits.batchMaxRecords || bytes > limits.batchMaxBytes)) {
      break;
    }
    to = entry.offset;
  }
  return to;
}

/** Event times that a record of another program may have, by its time of receipt. */
export type LimitsOf = (receivedAtUnixMs: number) => RecordLimits;
