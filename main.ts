import { openUserRules } from "./analyzer/rules/open-user-rules.ts";
import { systemClock } from "./core/clock.ts";
import type { Config } from "./core/config/config.ts";
import type { Logger } from "./core/log.ts";
import { createOpenParts } from "./core/open-parts.ts";
import { StartError } from "./core/start-error.ts";
import { isDistributed } from "./distributed/is-distributed.ts";
import { type Role, roles } from "./distributed/roles.ts";
import { startEmbedded } from "./embedded/start-embedded.ts";
import type { Telltale } from "./start-servers.ts";

export { StartError } from "./core/start-error.ts";
export { type Role, roles } from "./distributed/roles.ts";
export type { ReadyLine, Telltale } from "./start-servers.ts";

export interface StartOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly env: NodeJS.ProcessEnv;
  /** Only this one, of several processes; every one if absent. */
  readonly role?: Role | undefined;
}

const oneProcess =
  "--role needs a queue and a store that processes can share: set queue.kafka.brokers and " +
  "store.clickhouse.url. The embedded ones belong to one process. Run without --role.";

/** Starts the service; what was opened is closed again when the start fails. */
export async function startTelltale(options: StartOptions): Promise<Telltale> {
  const { config, logger, env, role } = options;
  const context = { config, logger, env, clock: systemClock };
  const opened = createOpenParts();
  try {
    // Read again by whoever uses them: mistakes are told before anything is opened.
    openUserRules(config.analyzer.ruleFiles);
    if (isDistributed(config)) {
      // Loaded here: one process without Kafka has no need of its client.
      const { startDistributed } = await import("./distributed/start-distributed.ts");
      return await startDistributed(context, new Set(role === undefined ? roles : [role]), opened);
    }
    if (role !== undefined) {
      throw new StartError(oneProcess);
    }
    return await startEmbedded(context, opened);
  } catch (error) {
    await opened.close().catch((failure: unknown) => {
      options.logger.error({ err: failure }, "A part did not close");
    });
    throw error;
  }
}
