import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from "jose";
import type { Clock } from "../../clock.ts";
import type { OidcIssuer } from "../../config/auth-config.ts";
import { fullBucket, refill } from "../../quota/token-bucket.ts";
import { discoverJwksUri } from "./discover-jwks-uri.ts";
import { IssuerUnavailable } from "./issuer-unavailable.ts";

/** Keys are asked for again after `refresh`, and not used any more after `stale`. */
const ageMs = { refresh: 10 * 60_000, stale: 24 * 3_600_000 } as const;

/** After a failure the issuer is left alone for so long. */
const retryMs = 5000;

const timeoutMs = 5000;

/** How often tokens with an unknown key id may make us ask: five at once, then every 30 s. */
const reloadRate = { perSecond: 1 / 30, capacity: 5 };

type RemoteKeys = ReturnType<typeof createRemoteJWKSet>;

/**
 * The verification keys of an issuer, fetched at first use. While the issuer does not answer,
 * the keys known so far go on working for a day. A token with a key id we do not know makes us
 * ask at once, so that a rotation is noticed, but not as often as an attacker likes.
 *
 * @throws IssuerUnavailable when no usable keys are at hand and none can be had.
 */
export function createIssuerKeys(config: OidcIssuer, clock: Clock): JWTVerifyGetKey {
  const reloads = fullBucket(reloadRate, clock.now());
  let keys: RemoteKeys | null = null;
  let loading: Promise<RemoteKeys> | null = null;
  let loadedAtMs = -Infinity;
  let failedAtMs = -Infinity;

  async function load(): Promise<RemoteKeys> {
    loading ??= fetchKeys(config)
      .then((fetched) => {
        keys = fetched;
        loadedAtMs = clock.now();
        return fetched;
      })
      .catch((error: unknown) => {
        failedAtMs = clock.now();
        throw new IssuerUnavailable(config.issuer, error);
      })
      .finally(() => {
        loading = null;
      });
    return loading;
  }

  async function current(): Promise<RemoteKeys> {
    const now = clock.now();
    const mayAsk = now - failedAtMs >= retryMs;
    if (keys === null || now - loadedAtMs >= ageMs.stale) {
      if (!mayAsk) {
        throw new IssuerUnavailable(config.issuer);
      }
      return load();
    }
    if (now - loadedAtMs >= ageMs.refresh && mayAsk) {
      load().catch(() => undefined);
    }
    return keys;
  }

  function mayReload(): boolean {
    refill(reloads, reloadRate, clock.now());
    const allowed = reloads.balance >= 1;
    reloads.balance -= allowed ? 1 : 0;
    return allowed;
  }

  return async (header, token) => {
    const known = await current();
    try {
      return await known(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || !mayReload()) {
        throw error;
      }
      return (await load())(header, token);
    }
  };
}

async function fetchKeys({ issuer, jwksUri }: OidcIssuer): Promise<RemoteKeys> {
  const uri = jwksUri || (await discoverJwksUri(issuer, timeoutMs));
  // When to ask again is decided above: the library forgets all keys when their age is over.
  const fetched = createRemoteJWKSet(new URL(uri), {
    timeoutDuration: timeoutMs,
    cooldownDuration: Infinity,
    cacheMaxAge: Infinity,
  });
  await fetched.reload();
  return fetched;
}
