import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Server as TlsServer } from "node:tls";
import type { FastifyInstance } from "fastify";
import { type AnalyzerWorker, startAnalyzerWorker } from "./analyzer/start-worker.ts";
import { createInFlightBudget } from "./collector/in-flight-budget.ts";
import { isNotesEmpty, type NoteStore, openNotes } from "./collector/notes/note-store.ts";
import { createCollector, createGrpcCollector } from "./collector/routes.ts";
import { openAudit } from "./core/audit/open-audit.ts";
import { type Access, createAccess } from "./core/auth/access.ts";
import { assertSafeBind } from "./core/auth/assert-safe-bind.ts";
import { holdsKeys, type KeyStore, openKeyStore } from "./core/auth/keys/key-store.ts";
import { type Clock, systemClock } from "./core/clock.ts";
import { openLmdbCommands } from "./core/commands/lmdb-commands.ts";
import type { Config } from "./core/config/config.ts";
import { inDataFolderTerms, prepareDataFolder } from "./core/data-folder.ts";
import type { Health } from "./core/health/health.ts";
import { startProcessHealth } from "./core/health/process-health.ts";
import { watchStore } from "./core/health/watch-store.ts";
import { openKey } from "./core/keys/open-key.ts";
import type { Logger } from "./core/log.ts";
import { createOpenParts, type OpenParts } from "./core/open-parts.ts";
import { openLmdbQueue } from "./core/queue/lmdb-queue.ts";
import type { QueueProducer } from "./core/queue/queue.ts";
import { isQueueEmpty } from "./core/queue/queue-tables.ts";
import { createQuota } from "./core/quota/quota.ts";
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
  const { config, logger } = options;
  const parts = await openParts(options, opened);
  const queue = parts.queue.producer;
  const about = {
    version: packageVersion(),
    startedAt: rfc3339(parts.clock),
    otlpHttp: "",
    api: "",
  };
  const { deadLetters } = parts.queue;
  const apiServer = await createApi({
    ...parts,
    queue,
    deadLetters,
    textStores: [{ ...parts.notes, place: "notes" }],
    config,
    logger,
    about: () => about,
  });
  opened.add(apiServer, () => apiServer.close());
  observeQueue(queue, parts.metrics, parts.clock);
  const budget = createInFlightBudget(config.otlp.maxInFlightBytes);
  const quota = createQuota(config.quotas, parts.clock);
  const { env } = options;
  const collector = createCollector({ ...parts, queue, config, logger, budget, quota, env });
  opened.add(collector, () => collector.close());
  const grpcCollector = createGrpcCollector({ ...parts, queue, config, logger, budget, quota });
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

/** Where managed API keys are kept. */
function keysDir({ dataDir }: Config): string {
  return join(resolve(dataDir), "api-keys");
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
  readonly notes: NoteStore;
  readonly commands: ReturnType<typeof openLmdbCommands>;
  readonly audit: ReturnType<typeof openAudit>;
  readonly keyStore: KeyStore;
  readonly access: Access;
  readonly store: OpenedStore;
  readonly worker: AnalyzerWorker;
  readonly health: Health;
  readonly feedback: ReturnType<typeof createFeedback>;
  readonly metrics: MetricsRegistry;
  readonly scrape: () => Promise<string>;
}

/** Opens files and engines and starts the analyzer's thread. */
async function openParts({ config, logger, env }: StartOptions, opened: OpenParts): Promise<Parts> {
  const clock = systemClock;
  const dataDir = resolve(config.dataDir);
  // The store comes first: it locks the data folder, so that a second process stops here.
  const openedStore = await inWords(() => openDataFolder(dataDir, config, logger));
  opened.add(openedStore, () => openedStore.close());
  const store = { ...openedStore, writes: watchStore(openedStore.writes) };
  await inWords(() => store.migrate());
  const queueDir = join(dataDir, "queue");
  const notesDir = join(dataDir, "notes");
  const queueIsEmpty = (await isQueueEmpty(queueDir)) && (await isNotesEmpty(notesDir));
  const key = await inWords(() => openKey({ dataDir, keyFile: config.keyFile, env, queueIsEmpty }));
  const queue = openLmdbQueue({ dir: queueDir, key, config: config.queue, clock });
  opened.add(queue, () => queue.close());
  const notes = openNotes({ dir: notesDir, key, config: config.notes, clock });
  opened.add(notes, () => notes.close());
  const commandsDir = join(dataDir, "commands");
  const commands = openLmdbCommands({ dir: commandsDir });
  opened.add(commands, () => commands.close());
  const audit = openAudit({ dir: join(dataDir, "audit"), clock });
  opened.add(audit, () => audit.close());
  const prometheus = createPrometheusMeter();
  const { otlp, api } = config;
  const selfTelemetry = await startSelfTelemetry(
    env,
    [otlp.httpPort, otlp.grpcPort, api.port],
    logger,
  );
  opened.add(selfTelemetry, () => selfTelemetry.stop());
  const exporting = selfTelemetry.meter === null ? [] : [selfTelemetry.meter];
  const metrics = createMetrics([prometheus.meter, ...exporting]);
  const keyStore = openKeyStore({ dir: keysDir(config) });
  opened.add(keyStore, () => keyStore.close());
  const access = createAccess({ config, clock, logger, metrics, keyStore });
  const maintenance = startStoreMaintenance({
    writes: store.writes,
    reads: store.reads,
    config: config.store,
    clock,
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
  const health = startProcessHealth({
    config,
    queue: queue.producer,
    store,
    analyzerFailed: worker.failed,
    skippedEvents: () => feedback.skippedEvents(),
    metrics,
    clock,
    logger,
  });
  opened.add(health, () => health.stop());
  return {
    clock,
    queue,
    notes,
    commands,
    audit,
    keyStore,
    access,
    store,
    worker,
    health,
    feedback,
    metrics,
    scrape: () => prometheus.scrape(),
  };
}

async function openDataFolder(
  dataDir: string,
  config: Config,
  logger: Logger,
): Promise<OpenedStore> {
  prepareDataFolder(dataDir);
  try {
    return await openStore({ dataDir, config: config.store, logger });
  } catch (error) {
    throw inDataFolderTerms(dataDir, error);
  }
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
  const scheme = server.server instanceof TlsServer ? "https" : "http";
  return `${scheme}://${shown}:${bound}`;
}

function packageVersion(): string {
  const text = readFileSync(new URL("package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
