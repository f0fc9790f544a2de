import type { Clock } from "../clock.ts";
import type { Config } from "../config/config.ts";
import { HttpError } from "../http/http-error.ts";
import type { Logger } from "../log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { type Credentials, digestOf } from "./credentials.ts";
import { createFailureLimit } from "./failure-limit.ts";
import type { KeyStore } from "./keys/key-store.ts";
import { createKnownKeys } from "./keys/known-keys.ts";
import { IssuerUnavailable } from "./oidc/issuer-unavailable.ts";
import { createKnownTokens } from "./oidc/known-tokens.ts";
import { localPrincipal, type Principal } from "./principal.ts";
import { RefusedCredential } from "./refused-credential.ts";
import { createKnownCertificates } from "./tls/known-certificates.ts";

/** Decides who a caller is. One for all ports of the process, so that limits are shared. */
export interface Access {
  /** False while nothing is configured and no key was ever made: then callers are local. */
  isRequired(): boolean;
  /**
   * A listed client certificate counts first, then an API key, then a token.
   *
   * @throws HttpError `unauthenticated`; `too_many_requests` after too many wrong credentials
   *   from one address; `unavailable` when a token's issuer cannot be asked.
   */
  authenticate(credentials: Credentials): Promise<Principal>;
}

export interface AccessDependencies {
  readonly config: Pick<Config, "auth">;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, "count">;
  readonly keyStore?: KeyStore;
}

export function createAccess(dependencies: AccessDependencies): Access {
  const { config, clock, keyStore } = dependencies;
  const { apiKeys, oidc, clientCertificates, maxFailuresPerMinute } = config.auth;
  const keys = createKnownKeys({ apiKeys, keyStore, clock });
  const tokens = createKnownTokens(oidc, clock);
  const certificates = createKnownCertificates(clientCertificates);
  const failures = createFailureLimit(maxFailuresPerMinute, clock);
  const isConfigured = oidc.length > 0 || clientCertificates.length > 0;
  const local = localPrincipal();

  function isRequired(): boolean {
    return isConfigured || keys.any();
  }

  async function bySecret(secret: string, address: string): Promise<Principal> {
    const digest = digestOf(secret);
    const wait = failures.waitSeconds(address, digest);
    if (wait > 0) {
      noteRefusal(dependencies, "rate_limited");
      throw tooMany(wait);
    }
    try {
      const principal = keys.find(digest) ?? (await tokens.find(secret));
      if (principal === null) {
        throw new RefusedCredential("unknown");
      }
      failures.succeeded(address, digest);
      return principal;
    } catch (error) {
      if (error instanceof RefusedCredential) {
        const isLogged = failures.failed(address, digest);
        noteRefusal(dependencies, error.reason, isLogged ? address : null);
      }
      throw inHttpTerms(error);
    }
  }

  return {
    isRequired,
    async authenticate({ secret, certificate, remoteAddress }) {
      if (!isRequired()) {
        return local;
      }
      const holder = certificate === null ? null : certificates.find(certificate);
      if (holder !== null) {
        return holder;
      }
      if (secret === null) {
        noteRefusal(dependencies, "missing");
        throw unauthenticated(
          "expected a credential as Authorization: Bearer or X-API-Key, got none",
        );
      }
      return bySecret(secret, remoteAddress);
    },
  };
}

/** Counts, and logs where from and why; never what was shown. */
function noteRefusal(
  { metrics, logger }: AccessDependencies,
  reason: string,
  loggedAddress: string | null = null,
): void {
  metrics.count("telltale.auth.failures", 1, { reason });
  if (loggedAddress !== null) {
    logger.warn(
      { remoteAddress: loggedAddress, reason },
      "A wrong credential was shown; further ones of this minute are counted, not logged",
    );
  }
}

function inHttpTerms(error: unknown): unknown {
  if (error instanceof RefusedCredential) {
    return unauthenticated(error.message, error);
  }
  return error instanceof IssuerUnavailable
    ? new HttpError("unavailable", error.message, {
        headers: { "retry-after": "5" },
        cause: error,
      })
    : error;
}

/** RFC 6750 §3: a credential that was shown and does not hold is an `invalid_token`. */
function unauthenticated(message: string, cause?: RefusedCredential): HttpError {
  const shown = cause === undefined ? "" : ', error="invalid_token"';
  return new HttpError("unauthenticated", message, {
    headers: { "www-authenticate": `Bearer realm="telltale"${shown}` },
    cause,
  });
}

function tooMany(seconds: number): HttpError {
  return new HttpError(
    "too_many_requests",
    `too many wrong credentials came from this address; try again in ${seconds} s`,
    { headers: { "retry-after": String(seconds) } },
  );
}
