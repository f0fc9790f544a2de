import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../../core/clock.ts";
import { Config } from "../../../core/config/config.ts";
import { describeKey } from "../../../core/keys/open-key.ts";
import { type LmdbQueue, openLmdbQueue } from "../../../core/queue/lmdb-queue.ts";
import type {
  AccountingRow,
  Batch,
  NewQueueRecord,
  OutcomeCount,
} from "../../../core/queue/queue.ts";

export const testKey = describeKey("0123456789abcdef", Buffer.alloc(32, 7));

export function tempDir(): string {
  return mkdtempSync(join(tmpdir(), "telltale-queue-"));
}

export function removeDir(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
}

export interface ManualClock extends Clock {
  unixMs: number;
}

export function manualClock(start = Date.UTC(2026, 10, 20)): ManualClock {
  const clock = { unixMs: start, now: () => clock.unixMs };
  return clock;
}

export function openTestQueue(
  dir: string,
  overrides: Partial<Config["queue"]> = {},
  clock = manualClock(),
): LmdbQueue {
  const config = { ...Config.parse({}).queue, ...overrides };
  return openLmdbQueue({ dir, key: testKey, config, clock });
}

export function newRecord(overrides: Partial<NewQueueRecord> = {}): NewQueueRecord {
  return {
    tenant: "default",
    signal: "traces",
    contentType: "protobuf",
    contentEncoding: "identity",
    receivedAtUnixMs: Date.UTC(2026, 10, 20),
    acceptedCount: 1,
    rejectedOrdinals: [],
    rejected: {},
    body: Buffer.from("a body"),
    ...overrides,
  };
}

/** The outcome of a batch whose every record was stored. */
export function allStored(batch: Batch): OutcomeCount[] {
  return batch.records.map(({ tenant, signal, acceptedCount }) => ({
    tenant,
    signal,
    stored: acceptedCount,
    rejected: {},
  }));
}

export function bodies(batch: Batch | null): string[] {
  return (batch?.records ?? []).map(({ body }) => Buffer.from(body).toString());
}

export function positions(batch: Batch | null): number[] {
  return (batch?.records ?? []).map(({ position }) => position);
}

export function rejectedSum(row: AccountingRow): number {
  return Object.values(row.rejected).reduce((sum, value) => sum + value, 0);
}
