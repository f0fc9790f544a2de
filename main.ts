import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { createTextMask } from "./analyzer/redact/text-mask.ts";
import { createInFlightBudget } from "./collector/in-flight-budget.ts";
import { createCollector, createGrpcCollector } from "./collector/routes.ts";
import { assertSafeBind } from "./core/auth/assert-safe-bind.ts";
import { holdsKeys } from "./core/auth/keys/key-store.ts";
import { type Clock, systemClock } from "./core/clock.ts";
import type { Config } from "./core/config/config.ts";
import { maskKey } from "./core/keys/mask-key.ts";
import type { Logger } from "./core/log.ts";
import { createOpenParts, type OpenParts } from "./core/open-parts.ts";
import type { QueueProducer } from "./core/queue/queue.ts";
import { createQuota } from "./core/quota/quota.ts";
import type { MetricsRegistry } from "./core/telemetry/metrics.ts";
import { createApi } from "./create-api.ts";
import { listen } from "./embedded/listen.ts";
import { keysDir, openFiles } from "./embedded/open-files.ts";
import { startParts } from "./embedded/start-parts.ts";

export { StartError } from "./embedded/start-error.ts";

export const roles = ["collector", "analyzer", "feedback"] as const;

export type Role = (typeof roles)[number];

export interface StartOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly env: NodeJS.ProcessEnv;
}

/** The line that `up --json` prints. */
export interface ReadyLine {
  readonly ready: true;
  readonly pid: number;
  readonly otlpHttp: string;
  readonly otlpGrpc: string;
  readonly api: string;
}

export interface Telltale {
  readonly ready: ReadyLine;
  /** Stops taking requests, commits what is in hand, closes the files. */
  stop(): Promise<void>;
  /** Resolves if a part fails that the process cannot do without. */
  readonly failed: Promise<Error>;
}

/**
 * Builds the embedded service from its parts and starts it. Everything is wired here; what was
 * opened is closed again when the start fails.
 */
export async function startTelltale(options: StartOptions): Promise<Telltale> {
  assertSafeBind(options.config, await holdsKeys(keysDir(options.config)));
  const opened = createOpenParts();
  try {
    return await openTelltale(options, opened);
  } catch (error) {
    await opened.close().catch((failure: unknown) => {
      options.logger.error({ err: failure }, "A part did not close");
    });
    throw error;
  }
}

async function openTelltale(options: StartOptions, opened: OpenParts): Promise<Telltale> {
  const { config, logger, env } = options;
  const clock = systemClock;
  const files = await openFiles({ ...options, clock }, opened);
  const parts = await startParts(files, { ...options, clock }, opened);
  const queue = files.queue.producer;
  observeQueue(queue, parts.metrics, clock);
  const about = { version: packageVersion(), startedAt: rfc3339(clock), otlpHttp: "", api: "" };
  const apiServer = await createApi({
    ...files,
    ...parts,
    clock,
    queue,
    deadLetters: files.queue.deadLetters,
    textStores: [{ ...files.notes, place: "notes" }],
    mask: createTextMask(maskKey(files.queueKey)),
    config,
    logger,
    about: () => about,
  });
  opened.add(apiServer, () => apiServer.close());
  const budget = createInFlightBudget(config.otlp.maxInFlightBytes);
  const quota = createQuota(config.quotas, clock);
  const receiving = { ...files, ...parts, clock, queue, config, logger, budget, quota, env };
  const collector = createCollector(receiving);
  opened.add(collector, () => collector.close());
  const grpcCollector = createGrpcCollector(receiving);
  opened.add(grpcCollector, () => grpcCollector.close());
  about.otlpHttp = await listen(collector, config.host, config.otlp.httpPort);
  const otlpGrpc = await listen(grpcCollector, config.host, config.otlp.grpcPort);
  about.api = await listen(apiServer, config.host, config.api.port);
  const { otlpHttp, api } = about;
  parts.feedback.start();
  logger.info({ otlpHttp, otlpGrpc, api, dataDir: resolve(config.dataDir) }, "Telltale is ready");
  return {
    ready: { ready: true, pid: process.pid, otlpHttp, otlpGrpc, api },
    failed: parts.worker.failed,
    stop: () => opened.close(),
  };
}

function rfc3339(clock: Clock): string {
  return new Date(clock.now()).toISOString();
}

function observeQueue(queue: QueueProducer, metrics: MetricsRegistry, clock: Clock): void {
  metrics.gauge("telltale.queue.waiting", () => queue.stats().recordsWaiting);
  metrics.gauge("telltale.queue.size", () => queue.stats().fileBytes);
  metrics.gauge("telltale.queue.limit", () => queue.stats().limitBytes);
  metrics.gauge("telltale.queue.age", () => {
    const { oldestWaitingUnixMs } = queue.stats();
    return oldestWaitingUnixMs === null ? 0 : (clock.now() - oldestWaitingUnixMs) / 1000;
  });
  metrics.gauge("telltale.process.memory", () => process.memoryUsage.rss());
}

function packageVersion(): string {
  const text = readFileSync(new URL("package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
