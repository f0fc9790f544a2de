import { systemClock } from "./core/clock.ts";
import type { Config } from "./core/config/config.ts";
import type { Logger } from "./core/log.ts";
import { createOpenParts } from "./core/open-parts.ts";
import { startEmbedded } from "./embedded/start-embedded.ts";
import type { Telltale } from "./start-servers.ts";

export { StartError } from "./core/start-error.ts";
export type { ReadyLine, Telltale } from "./start-servers.ts";

export const roles = ["collector", "analyzer", "feedback"] as const;

export type Role = (typeof roles)[number];

export interface StartOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly env: NodeJS.ProcessEnv;
}

/** Starts the service; what was opened is closed again when the start fails. */
export async function startTelltale(options: StartOptions): Promise<Telltale> {
  const context = { ...options, clock: systemClock };
  const opened = createOpenParts();
  try {
    return await startEmbedded(context, opened);
  } catch (error) {
    await opened.close().catch((failure: unknown) => {
      options.logger.error({ err: failure }, "A part did not close");
    });
    throw error;
  }
}
