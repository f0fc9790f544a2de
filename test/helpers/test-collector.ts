import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { accountingRoutes } from "../../collector/accounting-routes.ts";
import { createInFlightBudget } from "../../collector/in-flight-budget.ts";
import { type NoteStore, openNotes } from "../../collector/notes/note-store.ts";
import { createCollector, createGrpcCollector } from "../../collector/routes.ts";
import { Config } from "../../core/config/config.ts";
import { createServer } from "../../core/http/create-server.ts";
import { describeKey } from "../../core/keys/open-key.ts";
import { createLogger } from "../../core/log.ts";
import type { AccountingRow, QueueProducer } from "../../core/queue/queue.ts";
import { createQuota } from "../../core/quota/quota.ts";
import { createMetrics } from "../../core/telemetry/metrics.ts";
import { openTestQueue, type TestQueue } from "./test-queue.ts";

/** 2026-11-20T12:00:00Z. */
export const testNowUnixMs = 1_795_176_000_000;

export interface TestCollector {
  /** Such as `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly port: number;
  /** The OTLP/gRPC port, such as `http://127.0.0.1:40124`. */
  readonly grpcUrl: string;
  readonly queue: TestQueue;
  readonly notes: NoteStore;
  readonly notesDir: string;
  /** `GET /api/v1/accounting` as the caller with this key sees it. */
  accounting(key?: string): Promise<AccountingRow[]>;
  close(): Promise<void>;
}

export interface TestCollectorOptions {
  /** As in `telltale.yaml`. */
  readonly settings?: Record<string, unknown>;
  readonly maxQueueBytes?: number;
  /** Variables that the settings name. */
  readonly env?: NodeJS.ProcessEnv;
  /** Stands between the collector and the queue, to make it fail. */
  readonly wrap?: (producer: QueueProducer) => QueueProducer;
}

/** A collector on a free port over a real queue in a temporary folder. */
export async function startTestCollector(
  options: TestCollectorOptions = {},
): Promise<TestCollector> {
  const config = Config.parse(options.settings ?? {});
  const logger = createLogger("silent");
  const clock = { now: () => testNowUnixMs };
  const testQueue = openTestQueue(options.maxQueueBytes);
  const queue = options.wrap?.(testQueue.producer) ?? testQueue.producer;
  const budget = createInFlightBudget(config.otlp.maxInFlightBytes);
  const quota = createQuota(config.quotas, clock);
  const dependencies = { queue, config, clock, logger, metrics: createMetrics([]), budget, quota };
  const notesDir = mkdtempSync(join(tmpdir(), "telltale-notes-"));
  const notesKey = describeKey("test", randomBytes(32));
  const notes = openNotes({ dir: notesDir, key: notesKey, config: config.notes, clock });
  const collector = createCollector({ ...dependencies, notes, env: options.env ?? {} });
  const grpc = createGrpcCollector(dependencies);
  const api: FastifyInstance = createServer({ config, logger });
  void api.register(accountingRoutes({ queue }));
  const url = await collector.listen({ host: "127.0.0.1", port: 0 });
  const grpcUrl = await grpc.listen({ host: "127.0.0.1", port: 0 });
  return {
    url,
    grpcUrl,
    port: Number(new URL(url).port),
    queue: testQueue,
    notes,
    notesDir,
    async accounting(key) {
      const headers = key === undefined ? {} : { "x-api-key": key };
      const answer = await api.inject({ url: "/api/v1/accounting", headers });
      return answer.json<{ items: AccountingRow[] }>().items;
    },
    async close() {
      await Promise.all([collector.close(), grpc.close()]);
      await api.close();
      await testQueue.close();
      await notes.close();
      rmSync(notesDir, { recursive: true, force: true });
    },
  };
}
