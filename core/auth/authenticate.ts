import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { userInfo } from "node:os";
import type { ApiKey } from "../config/config.ts";
import { allScopes, type Principal } from "./principal.ts";

/** The caller behind the headers, or `null` when a key is needed and none of ours is given. */
export type Authenticate = (headers: IncomingHttpHeaders) => Principal | null;

/**
 * Without keys everyone who reaches the loopback port is the user of this machine; with keys
 * the caller needs one of them, as `Authorization: Bearer` or `X-API-Key`.
 */
export function createAuthenticate(apiKeys: readonly ApiKey[]): Authenticate {
  if (apiKeys.length === 0) {
    const local = localPrincipal();
    return () => local;
  }
  const known = apiKeys.map((key) => ({
    digest: Buffer.from(key.sha256, "hex"),
    principal: { name: key.name, tenant: key.tenant, scopes: new Set(key.scopes) },
  }));
  return (headers) => {
    const secret = readSecret(headers);
    if (secret === null) {
      return null;
    }
    const digest = createHash("sha256").update(secret).digest();
    // Every key is compared, so that the time taken does not tell which one matched.
    return known.filter((key) => timingSafeEqual(key.digest, digest))[0]?.principal ?? null;
  };
}

/** The principal of a service without keys. */
export function localPrincipal(): Principal {
  return { name: `local:${osUser()}`, tenant: "default", scopes: new Set(allScopes) };
}

function readSecret(headers: IncomingHttpHeaders): string | null {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1];
  const header = headers["x-api-key"];
  return bearer ?? (typeof header === "string" && header !== "" ? header : null);
}

function osUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under an id that has no entry in the user database.
    return String(process.getuid?.() ?? "unknown");
  }
}
