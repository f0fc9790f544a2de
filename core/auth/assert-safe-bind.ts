import type { Config } from "../config/config.ts";
import { ConfigError } from "../config/load-config.ts";
import { isLoopback } from "../http/host-guard.ts";

/**
 * Refuses to open ports to other machines while anyone could use them.
 *
 * @throws ConfigError naming the setting that is missing.
 */
export function assertSafeBind(config: Pick<Config, "host" | "auth">): void {
  if (isLoopback(config.host) || config.auth.apiKeys.length > 0) {
    return;
  }
  throw new ConfigError([
    `host: ${config.host} is reachable from other machines, and no API key is set. ` +
      "Set auth.apiKeys (TELLTALE_AUTH_API_KEYS) to at least one key, " +
      "or bind to 127.0.0.1 (TELLTALE_HOST)",
  ]);
}
