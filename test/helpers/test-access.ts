import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import type { Audit } from "../../core/audit/audit.ts";
import { openAudit } from "../../core/audit/open-audit.ts";
import { createAccess } from "../../core/auth/access.ts";
import { keyRoutes } from "../../core/auth/keys/key-routes.ts";
import { type KeyStore, openKeyStore } from "../../core/auth/keys/key-store.ts";
import { principalOf, type Scope } from "../../core/auth/principal.ts";
import { Config } from "../../core/config/config.ts";
import { createServer } from "../../core/http/create-server.ts";
import { createLogger } from "../../core/log.ts";
import type { Metrics } from "../../core/telemetry/metrics.ts";
import { createFixedClock, type FixedClock } from "./fixed-clock.ts";

export interface TestAccess {
  /** `/api/v1/keys`, and a route for each scope that says who is calling. */
  readonly server: FastifyInstance;
  readonly clock: FixedClock;
  readonly keyStore: KeyStore;
  readonly audit: Audit;
  /** `telltale.auth.failures` by reason. */
  readonly failures: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

export interface TestAccessOptions {
  /** As in `telltale.yaml`. */
  readonly settings?: Record<string, unknown>;
  /** Kept by the caller; a temporary one unless given. */
  readonly dir?: string;
  readonly time?: string;
}

/** A server with authentication on real parts; nothing listens unless the test lets it. */
export async function openTestAccess(options: TestAccessOptions = {}): Promise<TestAccess> {
  const config = Config.parse(options.settings ?? {});
  const clock = createFixedClock(options.time ?? "2026-11-20T12:00:00Z");
  const logger = createLogger("silent");
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), "telltale-access-"));
  const keyStore = openKeyStore({ dir: join(dir, "api-keys") });
  const audit = openAudit({ dir: join(dir, "audit"), clock });
  const failures = new Map<string, number>();
  const metrics: Pick<Metrics, "count"> = {
    count: (_name, value, { reason = "" } = {}) =>
      void failures.set(reason, (failures.get(reason) ?? 0) + value),
  };
  const access = createAccess({ config, clock, logger, metrics, keyStore });
  const server = createServer({ config, logger, access });
  const { apiKeys } = config.auth;
  await server.register(keyRoutes({ access, apiKeys, keyStore, audit, clock }));
  for (const permission of ["ingest", "read", "approve", "admin"] as const satisfies Scope[]) {
    server.get(`/${permission}`, { config: { permission } }, async (request) => {
      const { name, tenant } = principalOf(request);
      return { name, tenant };
    });
  }
  await server.ready();
  return {
    server,
    clock,
    keyStore,
    audit,
    failures,
    async close() {
      await server.close();
      await keyStore.close();
      await audit.close();
      if (options.dir === undefined) {
        rmSync(dir, { recursive: true, force: true });
      }
    },
  };
}
