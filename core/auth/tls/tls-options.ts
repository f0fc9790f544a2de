import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import type { Tls } from "../../config/auth-config.ts";
import { ConfigError } from "../../config/load-config.ts";

/** What `node:https` and `node:tls` take; also gRPC's credentials are made from it. */
export interface TlsOptions {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca?: Buffer;
  readonly requestCert: boolean;
  readonly rejectUnauthorized: boolean;
  readonly minVersion: "TLSv1.2";
  readonly handshakeTimeout: number;
}

/**
 * The files of the `tls` section, read; `null` for plain HTTP. Without `requireClientCert` a
 * client certificate is asked for, and one that does not verify counts for nothing.
 *
 * @throws ConfigError naming a file that cannot be read, or files that do not fit together.
 */
export function tlsOptions(config: Tls): TlsOptions | null {
  if (config.certFile === "") {
    return null;
  }
  const withCa = config.clientCaFile !== "";
  const options: TlsOptions = {
    cert: read("tls.certFile", config.certFile),
    key: read("tls.keyFile", config.keyFile),
    ...(withCa && { ca: read("tls.clientCaFile", config.clientCaFile) }),
    requestCert: withCa,
    rejectUnauthorized: config.requireClientCert,
    minVersion: "TLSv1.2",
    handshakeTimeout: 10_000,
  };
  requireFit(options);
  return options;
}

/** Node would say it in the words of OpenSSL, without the setting. */
function requireFit(options: TlsOptions): void {
  try {
    createSecureContext(options);
  } catch (error) {
    throw new ConfigError([
      "tls: certFile, keyFile and clientCaFile must be PEM, and certificate and key a pair " +
        `(${error instanceof Error ? error.message : String(error)})`,
    ]);
  }
}

function read(setting: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new ConfigError([`${setting}: cannot read ${file} (${code})`]);
  }
}
