import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { open } from "lmdb";
import { systemClock } from "../core/clock.ts";
import { Config } from "../core/config/config.ts";
import { describeKey } from "../core/keys/open-key.ts";
import { type LmdbQueue, openLmdbQueue } from "../core/queue/lmdb-queue.ts";
import { type QueueConsumer, QueueFullError } from "../core/queue/queue.ts";

const writers = 8;
const secondsPerRound = 2;
const rounds = 3;
/** What 512 GenAI spans of 2.3 KB come to after gzip. */
const bodyBytes = 236_000;
const spansPerBody = 512;
/** Bodies that the baseline keeps, so that both reuse freed pages. */
const baselineKept = 400;

interface Run {
  readonly appendsPerSecond: number;
  readonly megabytesPerSecond: number;
  readonly spansPerCpuSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

interface QueueRun extends Run {
  readonly consumed: number;
  readonly fullAnswers: number;
}

/**
 * Durable appends of eight writers that each wait for their acknowledgment, while a consumer in
 * the same thread reads, decrypts and commits. The baseline is bare LMDB: the same bodies put and
 * synced without encryption, accounting or consumer.
 */
export async function benchQueue(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "telltale-bench-queue-"));
  const found: { ratio: number; telltale: QueueRun; lmdb: Run }[] = [];
  try {
    // Rounds alternate: the disk's caches and neighbors favor whoever runs first.
    for (let round = 0; round < rounds; round += 1) {
      const telltale = await runQueue(join(dir, `queue-${round}`));
      const lmdb = await runLmdb(join(dir, `lmdb-${round}`));
      found.push({ ratio: telltale.appendsPerSecond / lmdb.appendsPerSecond, telltale, lmdb });
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
  const medianRound = found.toSorted((left, right) => left.ratio - right.ratio)[
    Math.floor(rounds / 2)
  ];
  const shape = { bench: "queue", baseline: "lmdb", writers, bodyBytes, rounds };
  process.stdout.write(`${JSON.stringify({ ...shape, ...medianRound })}\n`);
}

async function runLmdb(dir: string): Promise<Run> {
  const root = open<Buffer, number>({ path: dir, encoding: "binary", overlappingSync: false });
  const body = randomBytes(bodyBytes);
  let next = 0;
  try {
    return await measureWriters(async () => {
      await root.childTransaction(() => {
        void root.remove(next - baselineKept);
        void root.put(next++, body);
      });
    });
  } finally {
    await root.close();
  }
}

async function runQueue(dir: string): Promise<QueueRun> {
  const key = describeKey("0".repeat(16), randomBytes(32));
  const queue = openLmdbQueue({ dir, key, config: Config.parse({}).queue, clock: systemClock });
  const body = randomBytes(bodyBytes);
  let fullAnswers = 0;
  const stop = new AbortController();
  const consumed = consume(queue.consumer(), stop.signal);
  try {
    const run = await measureWriters(async () => {
      while (!(await append(queue, body))) {
        fullAnswers += 1;
        await sleep(1);
      }
    });
    stop.abort();
    return { ...run, consumed: await consumed, fullAnswers };
  } finally {
    stop.abort();
    await consumed;
    await queue.close();
  }
}

async function measureWriters(write: () => Promise<void>): Promise<Run> {
  const latenciesMs: number[] = [];
  const started = performance.now();
  const cpu = process.cpuUsage();
  async function writer(): Promise<void> {
    while (performance.now() < started + secondsPerRound * 1000) {
      const before = performance.now();
      await write();
      latenciesMs.push(performance.now() - before);
    }
  }
  await Promise.all(Array.from({ length: writers }, writer));
  const wallSeconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const appends = latenciesMs.length;
  return {
    appendsPerSecond: Math.round(appends / wallSeconds),
    megabytesPerSecond: Math.round((appends * bodyBytes) / wallSeconds / 1e6),
    spansPerCpuSecond: Math.round((appends * spansPerBody) / ((user + system) / 1e6)),
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
  };
}

/** False when the queue was full. */
async function append(queue: LmdbQueue, body: Buffer): Promise<boolean> {
  try {
    await queue.producer.append({
      tenant: "default",
      signal: "traces",
      contentType: "protobuf",
      contentEncoding: "gzip",
      receivedAtUnixMs: Date.now(),
      acceptedCount: spansPerBody,
      rejectedOrdinals: [],
      rejected: {},
      body,
    });
    return true;
  } catch (error) {
    if (error instanceof QueueFullError) {
      return false;
    }
    throw error;
  }
}

async function consume(consumer: QueueConsumer, stop: AbortSignal): Promise<number> {
  let consumed = 0;
  while (!stop.aborted) {
    const batch = await consumer.read();
    if (batch === null) {
      await consumer.wait(50);
      continue;
    }
    const outcome = batch.records.map(({ tenant, signal, acceptedCount }) => ({
      tenant,
      signal,
      stored: acceptedCount,
      rejected: {},
    }));
    await consumer.commit(batch, outcome);
    consumed += batch.records.length;
  }
  return consumed;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return Number((sorted[Math.floor(sorted.length * share)] ?? Number.NaN).toFixed(2));
}
