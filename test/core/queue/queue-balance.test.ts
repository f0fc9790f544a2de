import { cpSync } from "node:fs";
import * as fc from "fast-check";
import type { LmdbQueue } from "../../../core/queue/lmdb-queue.ts";
import type { Batch, OutcomeCount } from "../../../core/queue/queue.ts";
import {
  type ManualClock,
  manualClock,
  newRecord,
  openTestQueue,
  rejectedSum,
  removeDir,
  tempDir,
} from "./queue-fixtures.ts";

/** The queue and what should be in it. */
interface Model {
  queue: LmdbQueue;
  readonly dirs: string[];
  readonly clock: ManualClock;
  received: number;
  /** Accepted records that are neither stored, rejected nor dead-lettered, by position. */
  readonly waiting: Map<number, number>;
}

interface Step {
  readonly kind: keyof typeof steps;
  readonly size: number;
  readonly digest: number;
}

const steps = {
  async append({ queue, waiting }: Model, { size, digest }: Step) {
    const rejected = { bad_id: digest % 3 };
    const record = newRecord({ signal: "logs", acceptedCount: size, rejected });
    const result = await queue.producer.append(record, { dedupDigest: `${digest}` });
    if (result.status === "queued") {
      waiting.set(result.position, size);
    }
    return size + (digest % 3);
  },
  async countRefused({ queue }: Model) {
    queue.producer.countRefused("default", "logs", "undecodable");
    return 1;
  },
  async commit({ queue, waiting }: Model, { digest }: Step) {
    const batch = await queue.consumer().read();
    if (batch !== null) {
      await queue.consumer().commit(batch, withDuplicates(batch, digest % 3));
      batch.records.forEach(({ position }) => waiting.delete(position));
    }
    return 0;
  },
  async refuse({ queue, waiting }: Model) {
    const batch = await queue.consumer().read();
    if (batch !== null) {
      await queue.consumer().refuse(batch, "no");
      const { items } = queue.deadLetters.list(1000, "");
      items.forEach(({ position }) => waiting.delete(position));
    }
    return 0;
  },
  async replay({ queue, waiting }: Model) {
    const [letter] = queue.deadLetters.list(1, "").items;
    if (letter !== undefined) {
      const position = await queue.deadLetters.replay(letter.position);
      waiting.set(position ?? -1, letter.acceptedCount);
    }
    return 0;
  },
  async drop({ queue }: Model) {
    const [letter] = queue.deadLetters.list(1, "").items;
    if (letter !== undefined) {
      await queue.deadLetters.drop(letter.position);
    }
    return 0;
  },
  /** Goes on with the folder as a kill at this moment would leave it. */
  async crash(model: Model) {
    await model.queue.producer.accounting();
    const image = tempDir();
    cpSync(model.dirs.at(-1) ?? "", image, { recursive: true });
    await model.queue.close();
    model.dirs.push(image);
    model.queue = openTestQueue(image, limits, model.clock);
    return 0;
  },
  async hours({ clock }: Model) {
    clock.unixMs += 13 * 3_600_000;
    return 0;
  },
};

const limits = { batchMaxRecords: 6 };

function withDuplicates(batch: Batch, duplicates: number): OutcomeCount[] {
  return batch.records.map(({ tenant, signal, acceptedCount }) => {
    const duplicate = Math.min(duplicates, acceptedCount);
    return { tenant, signal, stored: acceptedCount - duplicate, rejected: { duplicate } };
  });
}

const step = fc.record({
  kind: fc.oneof(
    { weight: 5, arbitrary: fc.constant("append" as const) },
    { weight: 4, arbitrary: fc.constantFrom("commit" as const, "refuse" as const) },
    { weight: 4, arbitrary: fc.constantFrom(...(Object.keys(steps) as Step["kind"][])) },
  ),
  size: fc.nat(5),
  digest: fc.nat(6),
});

/** What the accounting says, and what the model expects it to say. */
async function observe({ queue, received, waiting }: Model) {
  const rows = await queue.producer.accounting();
  const [row] = rows;
  const settled = row ? row.stored + rejectedSum(row) + row.deadLettered : 0;
  const inFlight = [...waiting.values()].reduce((sum, size) => sum + size, 0);
  const { recordsWaiting } = queue.producer.stats();
  return {
    actual: {
      rows: rows.length,
      received: row?.received ?? 0,
      inFlight: row?.inFlight ?? 0,
      settled,
      recordsWaiting,
    },
    expected: {
      rows: rows.length,
      received,
      inFlight,
      settled: received - inFlight,
      recordsWaiting: inFlight,
    },
  };
}

describe("accounting", () => {
  it("balances under random operations, crashes included, and in flight is what waits", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (run) => {
        const clock = manualClock();
        const dir = tempDir();
        const queue = openTestQueue(dir, limits, clock);
        const model: Model = { queue, dirs: [dir], clock, received: 0, waiting: new Map() };
        try {
          for (const next of run) {
            model.received += await steps[next.kind](model, next);
            const { actual, expected } = await observe(model);
            expect(actual).toEqual(expected);
          }
        } finally {
          await model.queue.close();
          model.dirs.forEach(removeDir);
        }
      }),
      { numRuns: 40 },
    );
  });
});
