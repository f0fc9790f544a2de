import { createHash, type X509Certificate } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";

/** What a caller shows of itself, whichever port it comes through. */
export interface Credentials {
  /** An API key or a token, as sent. */
  readonly secret: string | null;
  /** A client certificate that TLS has verified against our authorities. */
  readonly certificate: X509Certificate | null;
  /** Empty when the connection is gone. */
  readonly remoteAddress: string;
}

/** The credentials of an HTTP request. Nothing else of a request says who is calling. */
export function readCredentials(headers: IncomingHttpHeaders, socket: Socket): Credentials {
  return {
    secret: readSecret(headers),
    certificate: verifiedCertificate(socket),
    remoteAddress: socket.remoteAddress ?? "",
  };
}

/**
 * The API key or token of `Authorization: Bearer` or `X-API-Key`, or where ClickHouse clients
 * such as Grafana's put a password: `Authorization: Basic` (any user) or `X-ClickHouse-Key`.
 * Names of headers are in lower case.
 */
export function readSecret(headers: Readonly<Record<string, unknown>>): string | null {
  const authorization = headers["authorization"];
  const [, scheme = "", value = ""] =
    typeof authorization === "string" ? (/^(Bearer|Basic) +(\S+)$/i.exec(authorization) ?? []) : [];
  const given = scheme.toLowerCase() === "basic" ? passwordOf(value) : value;
  const candidates = [given, headers["x-api-key"], headers["x-clickhouse-key"]];
  return candidates.find((text): text is string => typeof text === "string" && text !== "") ?? null;
}

/** RFC 7617: base64 of user, colon and password. */
function passwordOf(value: string): string {
  const text = Buffer.from(value, "base64").toString("utf8");
  return text.includes(":") ? text.slice(text.indexOf(":") + 1) : "";
}

/**
 * SHA-256 of a secret. A plain hash is enough for keys that we make: they have 256 random bits,
 * so nobody can list candidates, which is what a slow hash makes expensive for passwords.
 */
export function digestOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}

/** Parsing costs as much as a small request, and a connection shows one certificate for life. */
const certificates = new WeakMap<TLSSocket, X509Certificate | null>();

function verifiedCertificate(socket: Socket): X509Certificate | null {
  if (!(socket instanceof TLSSocket)) {
    return null;
  }
  let certificate = certificates.get(socket);
  if (certificate === undefined) {
    certificate = socket.authorized ? (socket.getPeerX509Certificate() ?? null) : null;
    certificates.set(socket, certificate);
  }
  return certificate;
}
