import type { AccountedSignal } from "../model/telemetry.ts";

/** How the body of a queued record is to be decoded. */
export interface RecordEncoding {
  readonly contentType: "protobuf" | "json";
  readonly contentEncoding: "identity" | "gzip";
}

/** One accepted request, as received: the unit of the durable queue. */
export interface NewQueueRecord extends RecordEncoding {
  readonly tenant: string;
  readonly signal: AccountedSignal;
  readonly receivedAtUnixMs: number;
  /** Records in the body that were accepted (spans, log records, data points, change events). */
  readonly acceptedCount: number;
  /** Ordinals (0-based, in body order) of records refused at the door; the consumer skips them. */
  readonly rejectedOrdinals: readonly number[];
  /** The same refusals by reason, for accounting: `received` = accepted + their sum. */
  readonly rejected: Readonly<Record<string, number>>;
  readonly body: Uint8Array;
}

export interface QueueRecord extends NewQueueRecord {
  readonly position: number;
}

export interface AppendOptions {
  /**
   * Digest of the decompressed body: the same digest, tenant and signal within 24 h is counted
   * `rejected.duplicate` and not queued. Only logs and metrics use it.
   */
  readonly dedupDigest?: string;
  /**
   * Unique names this record claims (change ids) with their owner; a name claimed by another
   * owner refuses the whole append with the list of conflicts.
   */
  readonly claims?: readonly { readonly key: string; readonly owner: string }[];
}

export type AppendResult =
  | { readonly status: "queued"; readonly position: number }
  | { readonly status: "duplicate" }
  | { readonly status: "conflict"; readonly keys: readonly string[] };

/** The side of the queue the collector uses. */
export interface QueueProducer {
  /** Resolves only after the bytes are on disk (fsync). Throws `QueueFullError` when full. */
  append(record: NewQueueRecord, options?: AppendOptions): Promise<AppendResult>;
  /** Counts a request refused whole; written at the latest one second later. */
  countRefused(tenant: string, signal: AccountedSignal, reason: string): void;
  accounting(tenant?: string): Promise<AccountingRow[]>;
  /** Consumer lag and size, for metrics and back-pressure. */
  stats(): QueueStats;
  /**
   * Resolves when the queue can be written as far as is known; after a failed write it tries
   * again. Throws `DiskWriteError` otherwise.
   */
  check(): Promise<void>;
}

export interface QueueStats {
  /** Position of the oldest request that waits; rises with every commit. */
  readonly head: number;
  readonly recordsWaiting: number;
  readonly requestsWaiting: number;
  readonly fileBytes: number;
  readonly limitBytes: number;
  /** What new records may still take, 0 (full) to 1; `fileBytes` does not tell: it never falls. */
  readonly roomShare: number;
  readonly oldestWaitingUnixMs: number | null;
}

/** One row of `GET /api/v1/accounting`. */
export interface AccountingRow {
  readonly tenant: string;
  readonly signal: AccountedSignal;
  readonly received: number;
  readonly stored: number;
  readonly rejected: Readonly<Record<string, number>>;
  readonly deadLettered: number;
  readonly inFlight: number;
}

/**
 * A fixed range of queue positions, written down before it is handed out: after a restart the
 * same id stands for the same records, which makes it a safe insert token.
 */
export interface Batch {
  readonly id: string;
  readonly records: readonly QueueRecord[];
  /** True when the batch was already counted and is stored again after an unclean start. */
  readonly replay: boolean;
  /**
   * Where several processes consume: rises whenever others may have begun to work on the batch's
   * records; never the same for two processes.
   */
  readonly epoch?: number;
}

/** What became of a batch's records, per tenant and signal. Counted once, with the commit. */
export interface OutcomeCount {
  readonly tenant: string;
  readonly signal: AccountedSignal;
  readonly stored: number;
  readonly rejected: Readonly<Record<string, number>>;
}

/** The side of the queue the analyzer uses; one consumer at a time. */
export interface QueueConsumer {
  /** The next batch, or `null` when nothing waits. The same batch until it is committed. */
  read(): Promise<Batch | null>;
  /**
   * The batch that follows `batch`, which is not committed yet: a look ahead, so that it can be
   * prepared meanwhile. `read` hands out the same one afterwards. `null` when there is none.
   */
  readAfter(batch: Batch): Promise<Batch | null>;
  /** Advances the position and the accounting in one transaction. */
  commit(batch: Batch, outcome: readonly OutcomeCount[]): Promise<void>;
  /**
   * Reports that the batch could not be stored. After the second refusal the queue bisects it:
   * following reads hand out halves, until a single bad record is dead-lettered with the reason.
   */
  refuse(batch: Batch, reason: string): Promise<void>;
  /** Resolves when something may be waiting, or after the timeout. */
  wait(timeoutMs: number): Promise<void>;
}

export interface DeadLetter extends QueueRecord {
  readonly reason: string;
  readonly failedAtUnixMs: number;
}

export class QueueFullError extends Error {
  override readonly name = "QueueFullError";
  readonly retryAfterSeconds: number;
  constructor(fileBytes: number, limitBytes: number, retryAfterSeconds = 5) {
    super(`the queue is full: ${fileBytes} of ${limitBytes} bytes are used`);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
