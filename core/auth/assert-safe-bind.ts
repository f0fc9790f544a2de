import type { Config } from "../config/config.ts";
import { ConfigError } from "../config/load-config.ts";
import { isLoopback } from "../http/host-guard.ts";

/**
 * Refuses to open ports to other machines while anyone could use them.
 *
 * @param hasManagedKeys Whether a key was ever made by `telltale keys`.
 * @throws ConfigError naming the settings that are missing.
 */
export function assertSafeBind(
  { host, auth, tls }: Pick<Config, "host" | "auth" | "tls">,
  hasManagedKeys: boolean,
): void {
  if (auth.clientCertificates.length > 0 && tls.clientCaFile === "") {
    throw new ConfigError([
      "auth.clientCertificates: no certificate can be verified without tls.clientCaFile " +
        "(TELLTALE_TLS_CLIENT_CA_FILE)",
    ]);
  }
  const { apiKeys, oidc, clientCertificates } = auth;
  const isClosed = hasManagedKeys || apiKeys.length + oidc.length + clientCertificates.length > 0;
  if (isClosed || isLoopback(host)) {
    return;
  }
  throw new ConfigError([
    `host: ${host} is reachable from other machines, and no API key is set. ` +
      "Set auth.apiKeys (TELLTALE_AUTH_API_KEYS) to at least one key, or auth.oidc or " +
      "auth.clientCertificates, or bind to 127.0.0.1 (TELLTALE_HOST)",
  ]);
}
