import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Config } from "../core/config/config.ts";
import { ConfigError, loadConfig } from "../core/config/load-config.ts";
import { isDistributed } from "../distributed/is-distributed.ts";
import { UserError } from "./user-error.ts";

/**
 * The configuration as `up` reads it, for verbs that need the service stopped.
 *
 * @throws UserError naming every problem.
 */
export function loadServiceConfig(file: string | undefined): Config {
  const named = file ?? process.env["TELLTALE_CONFIG"];
  try {
    const { config } = loadConfig({
      file: named ?? "telltale.yaml",
      fileRequired: named !== undefined,
      env: process.env,
    });
    // Throws when half of what several processes share is missing.
    isDistributed(config);
    return { ...config, dataDir: resolve(config.dataDir) };
  } catch (error) {
    throw error instanceof ConfigError ? new UserError(error.message, 2) : error;
  }
}

/**
 * The same, for verbs about the data folder of the embedded service.
 *
 * @throws UserError also when the configuration names services that keep the data instead.
 */
export function loadFolderConfig(file: string | undefined): Config {
  const config = loadServiceConfig(file);
  if (isDistributed(config)) {
    throw new UserError(
      "the configuration names Kafka and a ClickHouse server, which keep the data: back up and " +
        "restore them with their own tools (docs/distributed.md)",
    );
  }
  return config;
}

export function packageVersion(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
