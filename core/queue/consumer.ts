import { checkOutcome, count } from "./accounting.ts";
import { boundDeadLetters, recordBytes } from "./capacity.ts";
import { deadLetterRecord } from "./dead-letters.ts";
import {
  type ConsumerDependencies,
  findOpen,
  newEntry,
  type OpenBatch,
  openAfter,
  openNext,
  trimOld,
} from "./open-batch.ts";
import type { Batch, OutcomeCount, QueueConsumer, QueueRecord } from "./queue.ts";
import {
  freshState,
  headersBetween,
  inTransaction,
  type QueueState,
  type QueueTables,
  readState,
  writeState,
} from "./queue-tables.ts";

/** The batch was committed or cut up meanwhile, or was never handed out. */
export class StaleBatchError extends Error {
  override readonly name = "StaleBatchError";
}

/** Refusals after which a batch is cut in halves, or its only record is dead-lettered. */
const refusalLimit = 2;

type Reader = Omit<QueueConsumer, "wait">;

export function createConsumer(dependencies: ConsumerDependencies): Reader {
  const { tables } = dependencies;
  return {
    async read() {
      for (;;) {
        const open = findOpen(tables, freshState(tables)) ?? (await openNext(dependencies));
        if (open === null) {
          return null;
        }
        const batch = await load(dependencies, open);
        if (batch !== null) {
          return batch;
        }
      }
    },
    async readAfter(batch) {
      const next = await openAfter(dependencies, batch);
      const records = next === null ? [] : readRecords(dependencies, next);
      // Anything out of the ordinary is left to `read`, which mends it.
      return next === null || records.length === 0 || records.includes(null)
        ? null
        : {
            id: next.entry.id,
            records: records.filter((record) => record !== null),
            replay: false,
          };
    },
    async commit(batch, outcome) {
      await inTransaction(tables, () => commitNow(dependencies, batch, outcome));
    },
    async refuse(batch, reason) {
      await inTransaction(tables, () => refuseNow(dependencies, batch, reason));
    },
  };
}

/**
 * Decrypts the batch; null when it has to be looked up again. Records that no longer decrypt are
 * dead-lettered first, so that one torn record does not stop the queue.
 */
async function load(dependencies: ConsumerDependencies, open: OpenBatch): Promise<Batch | null> {
  const { tables } = dependencies;
  const headers = headersBetween(tables, open.from, open.entry.to);
  const found = readRecords(dependencies, open);
  const unreadable = headers.flatMap(({ position }, index) =>
    found[index] === null ? position : [],
  );
  const records = found.filter((record) => record !== null);
  if (unreadable.length > 0 && !open.replay) {
    await inTransaction(tables, () => buryUnreadable(dependencies, open, unreadable));
    return null;
  }
  if (records.length === 0) {
    await inTransaction(tables, () => finishEmpty(dependencies, open));
    return null;
  }
  return { id: open.entry.id, records, replay: open.replay };
}

/** The records of a range in order; null where the bytes no longer decrypt. */
function readRecords(
  dependencies: ConsumerDependencies,
  { from, entry }: OpenBatch,
): (QueueRecord | null)[] {
  return headersBetween(dependencies.tables, from, entry.to).map(({ position, text, header }) => {
    const body = openBody(dependencies, position, text);
    const { bodyBytes: _, ...rest } = header;
    return body && { ...rest, body, position };
  });
}

function openBody(
  { tables, sealer }: ConsumerDependencies,
  position: number,
  headerText: string,
): Buffer | null {
  const sealed = tables.bodies.getBinary(position);
  if (sealed === undefined) {
    return null;
  }
  try {
    return sealer.open(sealed, headerText);
  } catch {
    return null;
  }
}

function buryUnreadable(
  dependencies: ConsumerDependencies,
  { from, entry }: OpenBatch,
  positions: readonly number[],
): void {
  const { tables } = dependencies;
  const state = readState(tables);
  let bytes = entry.bytes;
  for (const position of positions) {
    bytes -= bury(dependencies, state, position, "the queued bytes no longer decrypt");
  }
  boundDeadLetters(tables, state, dependencies.limitBytes);
  void tables.batches.put(from, { ...entry, bytes });
  writeState(tables, state);
}

function finishEmpty(dependencies: ConsumerDependencies, open: OpenBatch): void {
  const state = readState(dependencies.tables);
  finish(dependencies, state, open);
  writeState(dependencies.tables, state);
}

function commitNow(
  dependencies: ConsumerDependencies,
  batch: Batch,
  outcome: readonly OutcomeCount[],
): void {
  const { tables } = dependencies;
  const state = readState(tables);
  const open = requireOpen(tables, state, batch);
  if (!open.replay) {
    const headers = headersBetween(tables, open.from, open.entry.to);
    checkOutcome(
      batch.id,
      headers.map(({ header }) => header),
      outcome,
    );
    for (const row of outcome) {
      count(tables, row, { stored: row.stored, rejected: row.rejected });
    }
  }
  finish(dependencies, state, open);
  trimOld(dependencies, state);
  writeState(tables, state);
}

function requireOpen(tables: QueueTables, state: QueueState, batch: Batch): OpenBatch {
  const open = findOpen(tables, state);
  if (open === null || open.entry.id !== batch.id || open.replay !== batch.replay) {
    throw new StaleBatchError(
      `expected the open batch ${open?.entry.id ?? "(none)"}, got ${batch.id}`,
    );
  }
  return open;
}

/** Moves past a batch: the replay cursor, or the head of the queue. */
function finish(dependencies: ConsumerDependencies, state: QueueState, open: OpenBatch): void {
  const { tables, clock } = dependencies;
  const { from, entry } = open;
  if (open.replay) {
    advanceReplay(state, entry.to + 1);
    void tables.batches.put(from, { ...entry, refusals: 0 });
    return;
  }
  void tables.batches.put(from, { ...entry, refusals: 0, committedAtUnixMs: clock.now() });
  state.head = entry.to + 1;
  state.consumedBytes += entry.bytes;
}

function advanceReplay(state: QueueState, next: number): void {
  const end = state.replay?.end ?? next;
  state.replay = next < end ? { next, end } : null;
}

function refuseNow(dependencies: ConsumerDependencies, batch: Batch, reason: string): void {
  const { tables } = dependencies;
  const state = readState(tables);
  const open = requireOpen(tables, state, batch);
  const refusals = open.entry.refusals + 1;
  if (refusals < refusalLimit) {
    void tables.batches.put(open.from, { ...open.entry, refusals });
  } else if (open.replay) {
    // It was stored and counted once; a replay that fails must not count it differently.
    finish(dependencies, state, open);
  } else {
    divide(dependencies, state, open, reason);
  }
  writeState(tables, state);
}

/** Cuts the range in two ranges with ids of their own, or buries its only record. */
function divide(
  dependencies: ConsumerDependencies,
  state: QueueState,
  open: OpenBatch,
  reason: string,
): void {
  const { tables, limitBytes } = dependencies;
  const { from, entry } = open;
  const sizes = headersBetween(tables, from, entry.to).map(({ position, text, header }) => ({
    position,
    bytes: recordBytes(text, header),
  }));
  const middle = sizes[Math.floor(sizes.length / 2)];
  if (middle === undefined || sizes.length === 1) {
    for (const { position } of sizes) {
      bury(dependencies, state, position, reason);
    }
    boundDeadLetters(tables, state, limitBytes);
    finish(dependencies, state, { ...open, entry: { ...entry, bytes: 0 } });
    return;
  }
  const bytes = sizes
    .filter(({ position }) => position < middle.position)
    .reduce((sum, size) => sum + size.bytes, 0);
  void tables.batches.put(from, newEntry(middle.position - 1, bytes, 0));
  void tables.batches.put(middle.position, newEntry(entry.to, entry.bytes - bytes, 0));
}

function bury(
  { tables, sealer, clock }: ConsumerDependencies,
  state: QueueState,
  position: number,
  reason: string,
): number {
  return deadLetterRecord({ tables, sealer, state }, position, {
    reason,
    failedAtUnixMs: clock.now(),
  });
}
