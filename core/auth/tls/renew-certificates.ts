import { statSync } from "node:fs";
import { Server as TlsServer } from "node:tls";
import type { FastifyInstance } from "fastify";
import type { Tls } from "../../config/auth-config.ts";
import type { Logger } from "../../log.ts";
import { tlsOptions } from "./tls-options.ts";

/**
 * Follows the files of the `tls` section: new connections use a renewed certificate within a
 * minute, without a restart. Files that cannot be read or do not fit together, as while they are
 * being replaced, are logged and looked at again; until then the old ones go on.
 */
export function renewCertificates(
  instance: FastifyInstance,
  config: Tls,
  { logger, intervalMs = 60_000 }: { readonly logger: Logger; readonly intervalMs?: number },
): void {
  const { server } = instance;
  if (!(server instanceof TlsServer)) {
    return;
  }
  let used = stampOf(config);
  const timer = setInterval(() => {
    const stamp = stampOf(config);
    if (stamp === used) {
      return;
    }
    try {
      server.setSecureContext(tlsOptions(config) ?? {});
      used = stamp;
      logger.info("The certificates were renewed");
    } catch (error) {
      logger.error({ err: error }, "The certificates could not be renewed");
    }
  }, intervalMs).unref();
  instance.addHook("onClose", async () => clearInterval(timer));
}

/** Changes with every replacement of a file. */
function stampOf({ certFile, keyFile, clientCaFile }: Tls): string {
  return [certFile, keyFile, clientCaFile]
    .filter((file) => file !== "")
    .map((file) => statSync(file, { throwIfNoEntry: false }))
    .map((stats) => `${stats?.ino} ${stats?.mtimeMs} ${stats?.size}`)
    .join("\n");
}
