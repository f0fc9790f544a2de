import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { type RunningGuard, startGuard } from "../../analyzer/guard/start-guard.ts";
import { createTextMask } from "../../analyzer/redact/text-mask.ts";
import { openUserRules } from "../../analyzer/rules/open-user-rules.ts";
import type { Audit } from "../../core/audit/audit.ts";
import { openAudit } from "../../core/audit/open-audit.ts";
import { type Access, createAccess } from "../../core/auth/access.ts";
import { type KeyStore, openKeyStore } from "../../core/auth/keys/key-store.ts";
import { openLmdbCommands } from "../../core/commands/lmdb-commands.ts";
import { Config } from "../../core/config/config.ts";
import type { TextStore } from "../../core/erasure/erase-subject.ts";
import { type Health, startHealth } from "../../core/health/health.ts";
import { queueProbe, storeProbe } from "../../core/health/probes.ts";
import { watchStore } from "../../core/health/watch-store.ts";
import { createLogger } from "../../core/log.ts";
import type { OpenedStore } from "../../core/store/open-store.ts";
import { createMetrics } from "../../core/telemetry/metrics.ts";
import { createPrometheusMeter } from "../../core/telemetry/prometheus.ts";
import { createApi } from "../../create-api.ts";
import { createFeedback, type Feedback } from "../../feedback/feedback.ts";
import { compileRule } from "../../feedback/surfaces/guardrail/compile-rule.ts";
import { createFixedClock, type FixedClock } from "./fixed-clock.ts";
import { openMemoryStore } from "./memory-store.ts";
import { openTestQueue, type TestQueue } from "./test-queue.ts";

export interface TestApi {
  readonly server: FastifyInstance;
  readonly store: OpenedStore;
  readonly queue: TestQueue;
  readonly health: Health;
  readonly feedback: Feedback;
  readonly guard: RunningGuard;
  readonly commands: ReturnType<typeof openLmdbCommands>;
  readonly audit: Audit;
  readonly keyStore: KeyStore;
  readonly access: Access;
  readonly clock: FixedClock;
  readonly metrics: ReturnType<typeof createMetrics>;
  close(): Promise<void>;
}

export interface TestApiOptions {
  /** As in `telltale.yaml`. */
  readonly settings?: Record<string, unknown>;
  readonly maxQueueBytes?: number;
  readonly textStores?: readonly TextStore[];
  /** Closed with the rest; by default an embedded one. */
  readonly store?: OpenedStore;
}

/** The API as `main.ts` serves it, on real parts in temporary folders; nothing listens. */
export async function openTestApi(options: TestApiOptions = {}): Promise<TestApi> {
  const config = Config.parse(options.settings ?? {});
  const logger = createLogger("silent");
  const clock = createFixedClock("2026-11-20T12:00:00Z");
  const dir = mkdtempSync(join(tmpdir(), "telltale-api-"));
  const store = options.store ?? (await openMemoryStore());
  const commands = openLmdbCommands({ dir: join(dir, "commands") });
  const audit = openAudit({ dir: join(dir, "audit"), clock });
  const queue = openTestQueue(options.maxQueueBytes);
  const feedback = createFeedback({
    store,
    commands,
    audit,
    config: config.feedback,
    clock,
    logger,
  });
  const prometheus = createPrometheusMeter();
  const metrics = createMetrics([prometheus.meter]);
  const keyStore = openKeyStore({ dir: join(dir, "api-keys") });
  const access = createAccess({ config, clock, logger, metrics, keyStore });
  const watched = { reads: store.reads, writes: watchStore(store.writes) };
  const health = startHealth({
    probes: [queueProbe(queue.producer), storeProbe(watched, config.health.storeSeconds)],
    clock,
    logger,
  });
  const guard = await startGuard({
    config,
    rules: openUserRules(config.analyzer.ruleFiles),
    reads: store.reads,
    compile: compileRule,
    maskKey: "test",
    metrics,
    clock,
    logger,
  });
  const stores = { store, commands, audit, feedback, guard, keyStore, access };
  const parts = { config, logger, clock, health, ...stores };
  const server = await createApi({
    ...parts,
    guard: async () => guard,
    queue: queue.producer,
    people: {
      ...parts,
      deadLetters: queue.deadLetters,
      textStores: options.textStores ?? [],
      mask: createTextMask("test"),
    },
    scrape: () => prometheus.scrape(),
    about: () => ({
      version: "1.2.3",
      startedAt: "2026-11-20T10:00:00.000Z",
      otlpHttp: "http://127.0.0.1:4318",
      api: "http://127.0.0.1:7070",
    }),
  });
  await server.ready();
  return {
    ...parts,
    server,
    queue,
    metrics,
    async close() {
      health.stop();
      await guard.stop();
      await server.close();
      await feedback.stop();
      await audit.close();
      await commands.close();
      await keyStore.close();
      await queue.close();
      await store.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Settings with one API key: the key's text is its name. */
export function keySetting(name: string, tenant: string, scopes: readonly string[]): object {
  const sha256 = createHash("sha256").update(name).digest("hex");
  return { name, sha256, tenant, scopes };
}
