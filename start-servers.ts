import { readFileSync } from "node:fs";
import type { FastifyInstance } from "fastify";
import { createInFlightBudget } from "./collector/in-flight-budget.ts";
import {
  type CollectorPortDependencies,
  createCollector,
  createGrpcCollector,
} from "./collector/routes.ts";
import type { Clock } from "./core/clock.ts";
import type { Config } from "./core/config/config.ts";
import { listen } from "./core/http/listen.ts";
import type { Logger } from "./core/log.ts";
import type { OpenParts } from "./core/open-parts.ts";
import { createQuota } from "./core/quota/quota.ts";
import type { About } from "./create-api.ts";

/** What a start is given. */
export interface StartContext {
  readonly config: Config;
  readonly logger: Logger;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
}

export interface Telltale {
  readonly ready: ReadyLine;
  /** Stops taking requests, commits what is in hand, closes the files. */
  stop(): Promise<void>;
  /** Resolves if a part fails that the process cannot do without. */
  readonly failed: Promise<Error>;
}

/** The line that `up --json` prints; a port that the roles do not serve is null. */
export interface ReadyLine {
  readonly ready: true;
  readonly pid: number;
  readonly otlpHttp: string | null;
  readonly otlpGrpc: string | null;
  readonly api: string;
}

/** What the process says of itself; the addresses follow once the ports are open. */
export function createAbout(clock: Clock): About {
  const text = readFileSync(new URL("package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(text) as { version: string };
  return { version, startedAt: new Date(clock.now()).toISOString(), otlpHttp: "", api: "" };
}

export interface ServersOptions {
  /** Null: this process receives nothing. */
  readonly receiving: CollectorPortDependencies | null;
  readonly apiServer: FastifyInstance;
  /** Is told the addresses. */
  readonly about: About;
}

/** Opens the ports: the receivers first, so that the API can say where they are. */
export async function startServers(
  { receiving, apiServer, about }: ServersOptions,
  { host, api }: { readonly host: string; readonly api: { readonly port: number } },
  opened: OpenParts,
): Promise<ReadyLine> {
  opened.add(apiServer, () => apiServer.close());
  const receivers = receiving && (await startReceivers(receiving, host, opened));
  about.otlpHttp = receivers?.otlpHttp ?? "";
  about.api = await listen(apiServer, host, api.port);
  return {
    ready: true,
    pid: process.pid,
    otlpHttp: receivers?.otlpHttp ?? null,
    otlpGrpc: receivers?.otlpGrpc ?? null,
    api: about.api,
  };
}

async function startReceivers(
  dependencies: CollectorPortDependencies,
  host: string,
  opened: OpenParts,
): Promise<{ readonly otlpHttp: string; readonly otlpGrpc: string }> {
  const { otlp, quotas } = dependencies.config;
  const receiving = {
    ...dependencies,
    budget: createInFlightBudget(otlp.maxInFlightBytes),
    quota: createQuota(quotas, dependencies.clock),
  };
  const collector = createCollector(receiving);
  opened.add(collector, () => collector.close());
  const grpcCollector = createGrpcCollector(receiving);
  opened.add(grpcCollector, () => grpcCollector.close());
  return {
    otlpHttp: await listen(collector, host, otlp.httpPort),
    otlpGrpc: await listen(grpcCollector, host, otlp.grpcPort),
  };
}
