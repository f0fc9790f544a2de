import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeRecord, openBody } from "../analyzer/ingest/decode-record.ts";
import { createInFlightBudget } from "../collector/in-flight-budget.ts";
import { createCollector, createGrpcCollector } from "../collector/routes.ts";
import { systemClock } from "../core/clock.ts";
import { Config } from "../core/config/config.ts";
import { describeKey } from "../core/keys/open-key.ts";
import { createLogger } from "../core/log.ts";
import { openLmdbQueue } from "../core/queue/lmdb-queue.ts";
import type { QueueProducer } from "../core/queue/queue.ts";
import { createMetrics } from "../core/telemetry/metrics.ts";

/**
 * The two OTLP ports as a process of their own, on free ports, for `bench -- receive`.
 * `decode`: what is received is decoded at once instead of queued. `queue`: it goes into the
 * real queue, which nobody reads.
 */
const [mode = "decode"] = process.argv.slice(2);
const config = Config.parse({ queue: { maxBytes: 4 * 1024 ** 3 } });
const dir = mkdtempSync(join(tmpdir(), "telltale-bench-receive-"));
const key = describeKey("0".repeat(16), Buffer.alloc(32, 1));
const queue = openLmdbQueue({ dir, key, config: config.queue, clock: systemClock });
const decoding: QueueProducer = {
  ...queue.producer,
  append: async (fresh) => {
    const record = { ...fresh, position: 0 };
    decodeRecord(record, await openBody(record, config.otlp.maxBodyBytes));
    return { status: "queued", position: 0 };
  },
};
const dependencies = {
  queue: mode === "decode" ? decoding : queue.producer,
  config,
  clock: systemClock,
  logger: createLogger("silent"),
  metrics: createMetrics([]),
  budget: createInFlightBudget(config.otlp.maxInFlightBytes),
};
const http = createCollector(dependencies);
const grpc = createGrpcCollector(dependencies);
const otlpHttp = await http.listen({ host: "127.0.0.1", port: 0 });
const otlpGrpc = await grpc.listen({ host: "127.0.0.1", port: 0 });
process.stdout.write(`${JSON.stringify({ pid: process.pid, otlpHttp, otlpGrpc })}\n`);
process.once("SIGTERM", () => {
  void Promise.all([http.close(), grpc.close()])
    .then(() => queue.close())
    .then(() => {
      rmSync(dir, { recursive: true });
      process.exit(0);
    });
});
