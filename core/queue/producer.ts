import type { Clock } from "../clock.ts";
import { stableId } from "../model/identity.ts";
import type { AccountedSignal } from "../model/telemetry.ts";
import { accountingRows, addReasons, count, sumReasons } from "./accounting.ts";
import { digestLimit, makeRoom, recordBytes, roomShare } from "./capacity.ts";
import { DiskWriteError } from "./open-lmdb.ts";
import {
  type AppendOptions,
  type AppendResult,
  type NewQueueRecord,
  QueueFullError,
  type QueueProducer,
  type QueueStats,
} from "./queue.ts";
import {
  fileBytes,
  freshState,
  inTransaction,
  type QueueState,
  type QueueTables,
  type RecordHeader,
  readHeader,
  readState,
  writeState,
} from "./queue-tables.ts";
import type { Sealer } from "./seal.ts";

export interface ProducerDependencies {
  readonly tables: QueueTables;
  readonly sealer: Sealer;
  readonly limitBytes: number;
  readonly clock: Clock;
  /** Called after each durable append, to wake the consumer's thread. */
  readonly notify: () => void;
}

export interface LmdbProducer extends QueueProducer {
  /** Writes down the refusals counted since the last second. */
  readonly flushRefused: () => Promise<void>;
}

const digestLifetimeMs = 24 * 3600 * 1000;
const refusedFlushMs = 1000;

export function createProducer(dependencies: ProducerDependencies): LmdbProducer {
  const { tables, sealer, notify } = dependencies;
  const refusals = createRefusalCounter(tables);
  let failed = false;

  /** Notes whether the disk took it. */
  async function write<Result>(work: () => Result): Promise<Result> {
    try {
      const result = await inTransaction(tables, work);
      failed = false;
      return result;
    } catch (error) {
      failed ||= error instanceof DiskWriteError;
      throw error;
    }
  }

  return {
    async append(record, options = {}) {
      const headerText = JSON.stringify(headerOf(record));
      // Sealed before the transaction: the write lock is not held while encrypting.
      const sealed = sealer.seal(record.body, headerText);
      const prepared = { record, headerText, sealed, options };
      const result = await write(() => appendNow(dependencies, prepared));
      if (result.status === "full") {
        throw new QueueFullError(result.usedBytes, dependencies.limitBytes);
      }
      if (result.status === "queued") {
        notify();
      }
      return result;
    },
    countRefused: refusals.count,
    flushRefused: refusals.flush,
    async accounting(tenant) {
      await refusals.flush();
      tables.root.resetReadTxn();
      return accountingRows(tables, tenant);
    },
    stats: () => readStats(tables, dependencies.limitBytes),
    async check() {
      if (failed) {
        await write(() => writeState(tables, readState(tables)));
      }
    },
  };
}

interface PreparedAppend {
  readonly record: NewQueueRecord;
  readonly headerText: string;
  readonly sealed: Buffer;
  readonly options: AppendOptions;
}

type AppendOutcome = AppendResult | { readonly status: "full"; readonly usedBytes: number };

/** The append itself, inside a transaction: claims, then duplicates, then room, then the record. */
function appendNow(
  { tables, limitBytes, clock }: ProducerDependencies,
  { record, headerText, sealed, options }: PreparedAppend,
): AppendOutcome {
  const claims = (options.claims ?? []).map(({ key, owner }) => ({
    key,
    id: stableId(key),
    owner,
  }));
  const taken = claims.filter(({ id, owner }) => (tables.claims.get(id) ?? owner) !== owner);
  if (taken.length > 0) {
    return { status: "conflict", keys: taken.map(({ key }) => key) };
  }
  const state = readState(tables);
  const digest = options.dedupDigest && digestKey(record, options.dedupDigest);
  if (digest && (tables.digests.get(digest) ?? 0) > clock.now()) {
    countDuplicate(tables, record);
    return { status: "duplicate" };
  }
  const bytes = recordBytes(headerText, headerOf(record));
  const hasRoom = makeRoom(tables, state, bytes, limitBytes);
  if (!hasRoom) {
    writeState(tables, state);
    return { status: "full", usedBytes: state.usedBytes };
  }
  const position = putRecord(tables, state, headerText, sealed);
  for (const { id, owner } of claims) {
    void tables.claims.put(id, owner);
  }
  if (digest) {
    rememberDigest(tables, state, digest, clock.now() + digestLifetimeMs);
    forgetDigests(tables, state, clock.now(), digestLimit(limitBytes));
  }
  writeState(tables, state);
  count(tables, record, {
    received: record.acceptedCount + sumReasons(record.rejected),
    rejected: record.rejected,
  });
  return { status: "queued", position };
}

/** Puts a sealed record at the tail; the caller writes the state. */
export function putRecord(
  tables: QueueTables,
  state: QueueState,
  headerText: string,
  sealed: Buffer,
): number {
  const position = state.nextPosition;
  void tables.bodies.put(position, sealed);
  void tables.headers.put(position, headerText);
  state.nextPosition += 1;
  state.usedBytes += recordBytes(headerText, JSON.parse(headerText) as RecordHeader);
  return position;
}

function headerOf(record: NewQueueRecord): RecordHeader {
  return {
    tenant: record.tenant,
    signal: record.signal,
    contentType: record.contentType,
    contentEncoding: record.contentEncoding,
    receivedAtUnixMs: record.receivedAtUnixMs,
    acceptedCount: record.acceptedCount,
    rejectedOrdinals: record.rejectedOrdinals,
    rejected: record.rejected,
    bodyBytes: record.body.length,
  };
}

/** A hash of the digest: equal low-entropy bodies must not be guessable from the file. */
function digestKey({ tenant, signal }: NewQueueRecord, digest: string): string {
  return stableId(tenant, signal, digest);
}

function countDuplicate(tables: QueueTables, record: NewQueueRecord): void {
  count(tables, record, {
    received: record.acceptedCount + sumReasons(record.rejected),
    rejected: addReasons(record.rejected, { duplicate: record.acceptedCount }),
  });
}

function rememberDigest(
  tables: QueueTables,
  state: QueueState,
  digest: string,
  expiresUnixMs: number,
): void {
  const former = tables.digests.get(digest);
  if (former === undefined) {
    state.digestCount += 1;
  } else {
    void tables.digestExpiry.remove([former, digest]);
  }
  void tables.digests.put(digest, expiresUnixMs);
  void tables.digestExpiry.put([expiresUnixMs, digest], 1);
}

/** Forgets expired digests, and the oldest beyond the limit; a few per append, so none waits. */
function forgetDigests(
  tables: QueueTables,
  state: QueueState,
  nowUnixMs: number,
  limit: number,
): void {
  const oldest = [...tables.digestExpiry.getKeys({ limit: 4 })];
  for (const [expiresUnixMs, digest] of oldest) {
    if (expiresUnixMs > nowUnixMs && state.digestCount <= limit) {
      return;
    }
    void tables.digestExpiry.remove([expiresUnixMs, digest]);
    void tables.digests.remove(digest);
    state.digestCount -= 1;
  }
}

/** Collects refusals in memory and writes them once per second: refusing must stay cheap. */
function createRefusalCounter(tables: QueueTables): {
  count: QueueProducer["countRefused"];
  flush: () => Promise<void>;
} {
  let waiting = new Map<string, { tenant: string; signal: AccountedSignal; reasons: Counts }>();
  let timer: NodeJS.Timeout | undefined;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const written = waiting;
    if (written.size === 0) {
      return;
    }
    waiting = new Map();
    try {
      await inTransaction(tables, () => {
        for (const { tenant, signal, reasons } of written.values()) {
          count(tables, { tenant, signal }, { received: sumReasons(reasons), rejected: reasons });
        }
      });
    } catch (error) {
      // A full disk must not lose the counts: they join those of the next second.
      for (const { tenant, signal, reasons } of written.values()) {
        add(tenant, signal, reasons);
      }
      throw error;
    }
  }

  function add(tenant: string, signal: AccountedSignal, reasons: Counts): void {
    const name = `${tenant}/${signal}`;
    const sums = addReasons(waiting.get(name)?.reasons ?? {}, reasons);
    waiting.set(name, { tenant, signal, reasons: sums });
    timer ??= setTimeout(() => void flush().catch(() => undefined), refusedFlushMs).unref();
  }

  return { count: (tenant, signal, reason) => add(tenant, signal, { [reason]: 1 }), flush };
}

type Counts = Readonly<Record<string, number>>;

function readStats(tables: QueueTables, limitBytes: number): QueueStats {
  const state = freshState(tables);
  const rows = accountingRows(tables);
  return {
    head: state.head,
    recordsWaiting: rows.reduce((sum, { inFlight }) => sum + inFlight, 0),
    requestsWaiting: state.nextPosition - state.head,
    fileBytes: fileBytes(tables),
    limitBytes,
    roomShare: roomShare(tables, state, limitBytes),
    oldestWaitingUnixMs: readHeader(tables, state.head)?.receivedAtUnixMs ?? null,
  };
}
