import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { createWindowStage } from "../../analyzer/series/window-stage.ts";
import { Config } from "../../core/config/config.ts";
import { describeKey } from "../../core/keys/open-key.ts";
import { createLogger } from "../../core/log.ts";
import { type LmdbQueue, openLmdbQueue } from "../../core/queue/lmdb-queue.ts";
import type { OpenedStore } from "../../core/store/open-store.ts";
import { type SpanRow, spanRows } from "../analyzer/series/span-rows.ts";
import { openMemoryStore } from "../helpers/memory-store.ts";

const dir = mkdtempSync(join(tmpdir(), "telltale-clock-"));
const config = Config.parse({});
const key = describeKey("0123456789abcdef", Buffer.alloc(32, 7));
const noon = Date.UTC(2026, 10, 20, 12);
const hour = 3_600_000;

let store: OpenedStore;
beforeAll(async () => {
  store = await openMemoryStore();
});
afterAll(async () => {
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

/** A wall clock that someone sets, forwards and backwards. */
function jumpingClock() {
  const clock = { unixMs: noon, now: () => clock.unixMs };
  return clock;
}

/** Sends one request, as a sender whose clock is right. */
async function append(queue: LmdbQueue, number: number): Promise<void> {
  await queue.producer.append({
    tenant: "default",
    signal: "traces",
    contentType: "json",
    contentEncoding: "identity",
    receivedAtUnixMs: noon,
    acceptedCount: 1,
    rejectedOrdinals: [],
    rejected: {},
    body: Buffer.from(`${number}`),
  });
}

/** Commits what waits, and gives the numbers that were handed out as new. */
async function drain(queue: LmdbQueue): Promise<number[]> {
  const consumer = queue.consumer();
  const numbers: number[] = [];
  for (let batch = await consumer.read(); batch !== null; batch = await consumer.read()) {
    const outcome = batch.records.map(({ tenant, signal }) => ({
      tenant,
      signal,
      stored: 1,
      rejected: {},
    }));
    numbers.push(
      ...(batch.replay ? [] : batch.records.map(({ body }) => Number(Buffer.from(body)))),
    );
    await consumer.commit(batch, batch.replay ? [] : outcome);
  }
  return numbers;
}

describe("a clock that jumps", () => {
  it("neither loses nor repeats what is queued, also over restarts", async () => {
    let run = 0;
    const jumps = fc.array(
      fc.record({
        jumpHours: fc.constantFrom(0, -24, 24, -8760, 8760, 1),
        sent: fc.integer({ min: 0, max: 4 }),
        drains: fc.boolean(),
        restarts: fc.boolean(),
      }),
      { minLength: 1, maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(jumps, async (steps) => {
        run += 1;
        const clock = jumpingClock();
        const options = { dir: join(dir, `queue-${run}`), key, config: config.queue, clock };
        let queue = openLmdbQueue(options);
        const taken: number[] = [];
        let sent = 0;
        for (const step of steps) {
          clock.unixMs += step.jumpHours * hour;
          for (let number = 0; number < step.sent; number += 1) {
            await append(queue, sent++);
          }
          taken.push(...(step.drains ? await drain(queue) : []));
          if (step.restarts) {
            await queue.close();
            queue = openLmdbQueue(options);
          }
        }
        taken.push(...(await drain(queue)));
        const [row] = await queue.producer.accounting();
        await queue.close();
        expect(taken).toEqual(Array.from({ length: sent }, (_, number) => number));
        expect([row?.received ?? 0, row?.stored ?? 0, row?.inFlight ?? 0]).toEqual([sent, sent, 0]);
      }),
      { numRuns: 15 },
    );
  }, 60_000);

  it("does not change what is found in a day of traffic", async () => {
    const healthy = { seed: 10, fromUnixMs: noon - 24 * hour, minutes: 1200, rate: 6 };
    const bad = { seed: 11, fromUnixMs: noon - 4 * hour, minutes: 240, rate: 6, errorRate: 0.08 };
    async function findings(service: string, jumpHours: readonly number[]): Promise<string[]> {
      const clock = jumpingClock();
      const logger = createLogger("silent");
      const stage = createWindowStage({ store, config: config.analyzer, clock, logger });
      const rows = [...spanRows({ ...healthy, service }), ...spanRows({ ...bad, service })];
      const found: string[] = [];
      const part = Math.ceil(rows.length / jumpHours.length);
      for (const [index, jump] of jumpHours.entries()) {
        clock.unixMs += jump * hour;
        await arrive(stage, service, rows.slice(index * part, (index + 1) * part));
        clock.unixMs += 11_000;
        const { detections } = await stage.tick();
        found.push(
          ...detections.map(
            ({ targetClass, timeUnixMs }) => `${targetClass} ${new Date(timeUnixMs).toISOString()}`,
          ),
        );
      }
      return found.toSorted();
    }
    const steady = await findings("steady", [0, 0, 0, 0]);
    expect(steady.length).toBeGreaterThan(0);
    expect(await findings("jumping", [0, 240, -480, 24])).toEqual(steady);
  }, 60_000);
});

async function arrive(
  stage: ReturnType<typeof createWindowStage>,
  service: string,
  rows: readonly SpanRow[],
): Promise<void> {
  const times = rows.map(({ Timestamp }) => Date.parse(Timestamp));
  await store.writes.insert("otel_traces", rows, { token: `${service}-${times[0]}` });
  stage.observe([
    {
      tenant: "default",
      service,
      environment: "production",
      minTimeUnixMs: times.reduce((a, b) => Math.min(a, b)),
      maxTimeUnixMs: times.reduce((a, b) => Math.max(a, b)),
    },
  ]);
}
