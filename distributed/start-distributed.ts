import { createTextMask } from "../analyzer/redact/text-mask.ts";
import { type AnalyzerWorker, startAnalyzerWorker } from "../analyzer/start-worker.ts";
import { createAccess } from "../core/auth/access.ts";
import { startProcessHealth } from "../core/health/process-health.ts";
import { maskKey } from "../core/keys/mask-key.ts";
import type { OpenParts } from "../core/open-parts.ts";
import { openLease } from "../core/queue/kafka/lease.ts";
import { startStoreMaintenance } from "../core/store/maintain-store.ts";
import { startTelemetry, type Telemetry } from "../core/telemetry/start-telemetry.ts";
import { createApi, type PeopleDependencies } from "../create-api.ts";
import { createFeedback } from "../feedback/feedback.ts";
import { openGuard } from "../open-guard.ts";
import { createAbout, type StartContext, startServers, type Telltale } from "../start-servers.ts";
import { openAuditLog, openServices, type Services } from "./open-services.ts";
import type { Role } from "./roles.ts";

/** One process of a fleet that shares Kafka and a ClickHouse server, with the roles it is given. */
export async function startDistributed(
  context: StartContext,
  runs: ReadonlySet<Role>,
  opened: OpenParts,
): Promise<Telltale> {
  const { config, clock, logger } = context;
  const services = await openServices(context, opened);
  const telemetry = await startTelemetry(context, opened);
  observeLag(services, telemetry);
  const access = createAccess({ ...services, ...telemetry, config, clock, logger });
  const worker = runs.has("analyzer") ? await startAnalyzer(services, telemetry, context) : null;
  opened.add(worker, () => worker?.stop());
  const people = runs.has("feedback")
    ? await openPeople(services, telemetry, context, opened)
    : null;
  const { queue, store } = services;
  const health = startProcessHealth({
    ...telemetry,
    config,
    dataDir: null,
    queue: queue.producer,
    // A collector takes telemetry in whether or not it can be stored now.
    store: worker === null && people === null ? null : store,
    analyzerFailed: worker?.failed ?? null,
    skippedEvents: people && (() => people.feedback.skippedEvents()),
    clock,
    logger,
  });
  opened.add(health, () => health.stop());
  const { metrics } = telemetry;
  const guard =
    worker === null && people === null
      ? null
      : openGuard({ ...services, reads: store.reads, metrics }, context, opened);
  const about = createAbout(clock);
  const parts = { ...telemetry, ...context, access, health, queue: queue.producer };
  const apiServer = await createApi({ ...parts, about: () => about, guard, people });
  const receiving = runs.has("collector") ? parts : null;
  const ready = await startServers({ receiving, apiServer, about }, config, opened);
  people?.feedback.start();
  logger.info({ ...ready, roles: [...runs] }, "Telltale is ready");
  return {
    ready,
    failed: worker?.failed ?? new Promise(() => undefined),
    stop: () => opened.close(),
  };
}

function startAnalyzer(
  { queueKey }: Services,
  { metrics }: Telemetry,
  { config }: StartContext,
): Promise<AnalyzerWorker> {
  return startAnalyzerWorker({ config, queueKey, metrics, files: null });
}

/** The feedback loop, led by one process at a time, and what people ask any of them for. */
async function openPeople(
  services: Services,
  { metrics }: Telemetry,
  context: StartContext,
  opened: OpenParts,
): Promise<PeopleDependencies> {
  const { kafka, topics, commands, store, queue, queueKey, keyStore } = services;
  const { config, clock, logger } = context;
  const audit = await openAuditLog(services, context);
  const { groupId, sessionSeconds } = kafka.config;
  const lease = openLease(kafka, {
    topic: topics.commands,
    groupId: `${groupId}-feedback`,
    sessionSeconds,
  });
  opened.add(lease, () => lease.close());
  const feedback = createFeedback({
    store,
    commands,
    audit,
    config: config.feedback,
    clock,
    logger,
    leads: () => lease.isHeld(),
  });
  opened.add(feedback, () => feedback.stop());
  const { maxDiskBytes } = config.store.clickhouse;
  const maintenance = startStoreMaintenance({
    ...store,
    config: { ...config.store, maxDiskBytes: maxDiskBytes || Number.POSITIVE_INFINITY },
    clock,
    metrics,
    logger,
    leads: () => lease.isHeld(),
  });
  opened.add(maintenance, () => maintenance.stop());
  return {
    keyStore,
    clock,
    commands,
    audit,
    store,
    feedback,
    deadLetters: queue.deadLetters,
    textStores: [],
    mask: createTextMask(maskKey(queueKey)),
  };
}

function observeLag({ queue }: Services, { metrics }: Telemetry): void {
  metrics.gauge("telltale.queue.waiting", () => queue.producer.stats().recordsWaiting);
  metrics.gauge("telltale.queue.lag", () =>
    queue.lags().reduce((sum, { committed, end }) => sum + Math.max(0, end - committed), 0),
  );
  metrics.gauge("telltale.process.memory", () => process.memoryUsage.rss());
}
