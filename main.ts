import { mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { FastifyInstance } from "fastify";
import { type AnalyzerWorker, startAnalyzerWorker } from "./analyzer/start-worker.ts";
import { createCollector } from "./collector/routes.ts";
import { openAudit } from "./core/audit/open-audit.ts";
import { assertSafeBind } from "./core/auth/assert-safe-bind.ts";
import { type Clock, systemClock } from "./core/clock.ts";
import { openLmdbCommands } from "./core/commands/lmdb-commands.ts";
import type { Config } from "./core/config/config.ts";
import { openKey } from "./core/keys/open-key.ts";
import type { Logger } from "./core/log.ts";
import { createOpenParts, type OpenParts } from "./core/open-parts.ts";
import { openLmdbQueue } from "./core/queue/lmdb-queue.ts";
import type { QueueProducer } from "./core/queue/queue.ts";
import { isQueueEmpty } from "./core/queue/queue-tables.ts";
import { startStoreMaintenance } from "./core/store/maintain-store.ts";
import { type OpenedStore, openStore } from "./core/store/open-store.ts";
import { createMetrics, type MetricsRegistry } from "./core/telemetry/metrics.ts";
import { createPrometheusMeter } from "./core/telemetry/prometheus.ts";
import { startSelfTelemetry } from "./core/telemetry/self-telemetry.ts";
import { createApi } from "./create-api.ts";
import { createFeedback } from "./feedback/feedback.ts";

export const roles = ["collector", "analyzer", "feedback"] as const;

export type Role = (typeof roles)[number];

/** A start that failed for a reason the user can mend; the message says how. */
export class StartError extends Error {
  override readonly name = "StartError";
}

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
  /** `null` while the gRPC receiver does not exist. */
  readonly otlpGrpc: string | null;
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
  assertSafeBind(options.config);
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
  const { config, logger } = options;
  const parts = await openParts(options, opened);
  const queue = parts.queue.producer;
  const about = {
    version: packageVersion(),
    startedAt: rfc3339(parts.clock),
    otlpHttp: "",
    api: "",
  };
  const apiServer = await createApi({ ...parts, queue, config, logger, about: () => about });
  opened.add(apiServer, () => apiServer.close());
  observeQueue(queue, parts.metrics, parts.clock);
  const collector = createCollector({ ...parts, queue, config, logger });
  opened.add(collector, () => collector.close());
  about.otlpHttp = await listen(collector, config.host, config.otlp.httpPort);
  about.api = await listen(apiServer, config.host, config.api.port);
  const { otlpHttp, api } = about;
  parts.feedback.start();
  logger.info({ otlpHttp, api, dataDir: resolve(config.dataDir) }, "Telltale is ready");
  return {
    ready: { ready: true, pid: process.pid, otlpHttp, otlpGrpc: null, api },
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

interface Parts {
  readonly clock: typeof systemClock;
  readonly queue: ReturnType<typeof openLmdbQueue>;
  readonly commands: ReturnType<typeof openLmdbCommands>;
  readonly audit: ReturnType<typeof openAudit>;
  readonly store: OpenedStore;
  readonly worker: AnalyzerWorker;
  readonly feedback: ReturnType<typeof createFeedback>;
  readonly metrics: MetricsRegistry;
  readonly scrape: () => Promise<string>;
}

/** Opens files and engines and starts the analyzer's thread. */
async function openParts({ config, logger, env }: StartOptions, opened: OpenParts): Promise<Parts> {
  const clock = systemClock;
  const dataDir = resolve(config.dataDir);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  // The store comes first: it locks the data folder, so that a second process stops here.
  const store = await inWords(() => openStore({ dataDir, config: config.store, logger }));
  opened.add(store, () => store.close());
  await store.migrate();
  const queueDir = join(dataDir, "queue");
  const queueIsEmpty = await isQueueEmpty(queueDir);
  const key = await inWords(() => openKey({ dataDir, keyFile: config.keyFile, env, queueIsEmpty }));
  const queue = openLmdbQueue({ dir: queueDir, key, config: config.queue, clock });
  opened.add(queue, () => queue.close());
  const commandsDir = join(dataDir, "commands");
  const commands = openLmdbCommands({ dir: commandsDir });
  opened.add(commands, () => commands.close());
  const audit = openAudit({ dir: join(dataDir, "audit"), clock });
  opened.add(audit, () => audit.close());
  const prometheus = createPrometheusMeter();
  const { otlp, api } = config;
  const selfTelemetry = await startSelfTelemetry(env, [otlp.httpPort, api.port], logger);
  opened.add(selfTelemetry, () => selfTelemetry.stop());
  const exporting = selfTelemetry.meter === null ? [] : [selfTelemetry.meter];
  const metrics = createMetrics([prometheus.meter, ...exporting]);
  const maintenance = startStoreMaintenance({
    store: store.writes,
    maxDiskBytes: config.store.maxDiskBytes,
    metrics,
    logger,
  });
  opened.add(maintenance, () => maintenance.stop());
  const worker = await startAnalyzerWorker({
    config,
    queueDir,
    queueKey: key,
    commandsDir,
    store,
    metrics,
  });
  opened.add(worker, () => worker.stop());
  const feedback = createFeedback({
    store,
    commands,
    audit,
    config: config.feedback,
    clock,
    logger,
  });
  opened.add(feedback, () => feedback.stop());
  return {
    clock,
    queue,
    commands,
    audit,
    store,
    worker,
    feedback,
    metrics,
    scrape: () => prometheus.scrape(),
  };
}

async function inWords<T>(open: () => T | Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    throw new StartError(error instanceof Error ? error.message : String(error));
  }
}

async function listen(server: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    await server.listen({ host, port });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    throw new StartError(
      code === "EADDRINUSE"
        ? `Port ${port} on ${host} is in use. Stop what listens there, or set another port (0 picks a free one).`
        : `Cannot listen on ${host}:${port}: ${String(error)}`,
    );
  }
  const address = server.server.address();
  const bound = typeof address === "object" && address !== null ? address.port : port;
  const shown = host.includes(":") ? `[${host}]` : host;
  return `http://${shown}:${bound}`;
}

function packageVersion(): string {
  const text = readFileSync(new URL("package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
