import { timingSafeEqual } from "node:crypto";
import type { Clock } from "../../clock.ts";
import type { ApiKey } from "../../config/auth-config.ts";
import type { Principal } from "../principal.ts";
import { RefusedCredential } from "../refused-credential.ts";
import type { KeyStore } from "./key-store.ts";
import type { ManagedKey } from "./managed-key.ts";

/** Every API key there is: those of the configuration and those made since. */
export interface KnownKeys {
  /** Whether there is any, also one that no longer works: what was closed never opens again. */
  readonly any: () => boolean;
  /**
   * The holder of a secret, by its digest; `null` when it is of no key.
   *
   * @throws RefusedCredential when the key has expired or was revoked.
   */
  find(digest: Buffer): Principal | null;
}

export interface KnownKeysDependencies {
  readonly apiKeys: readonly ApiKey[];
  /** Absent where nothing can be made, such as in a process without data folder. */
  readonly keyStore?: KeyStore | undefined;
  readonly clock: Clock;
}

interface KnownSecret {
  readonly digest: Buffer;
  readonly keyId: string;
  readonly principal: Principal;
  readonly revoked: boolean;
  readonly validUntilUnixMs: number;
}

export function createKnownKeys(dependencies: KnownKeysDependencies): KnownKeys {
  const { apiKeys, keyStore, clock } = dependencies;
  const configured = apiKeys.map(configuredSecret);
  let index = indexOf(configured);
  let revision = -1;

  function current(): SecretIndex {
    if (keyStore !== undefined && keyStore.revision !== revision) {
      ({ revision } = keyStore);
      index = indexOf([...configured, ...keyStore.list().flatMap(managedSecrets)]);
    }
    return index;
  }

  return {
    any: () => current().size > 0,
    find(digest) {
      const known = (current().get(bucketOf(digest)) ?? []).find((secret) =>
        timingSafeEqual(secret.digest, digest),
      );
      if (known === undefined) {
        return null;
      }
      if (known.revoked) {
        throw new RefusedCredential("key_revoked");
      }
      const now = clock.now();
      if (now >= known.validUntilUnixMs) {
        throw new RefusedCredential("key_expired");
      }
      keyStore?.used(known.keyId, now);
      return known.principal;
    },
  };
}

/** The id under which the last use of a configured key is kept. */
export function configuredKeyId({ sha256 }: ApiKey): string {
  return `config-${sha256.slice(0, 16)}`;
}

/** Secrets by the first bytes of their digest, which say nothing of the secret itself. */
type SecretIndex = ReadonlyMap<string, readonly KnownSecret[]>;

function indexOf(secrets: readonly KnownSecret[]): SecretIndex {
  return Map.groupBy(secrets, ({ digest }) => bucketOf(digest));
}

function bucketOf(digest: Buffer): string {
  return digest.toString("latin1", 0, 4);
}

function configuredSecret(key: ApiKey): KnownSecret {
  const { name, tenant, scopes, sha256, expiresAt } = key;
  return {
    digest: Buffer.from(sha256, "hex"),
    keyId: configuredKeyId(key),
    principal: { name, tenant, scopes: new Set(scopes) },
    revoked: false,
    validUntilUnixMs: expiresAt === "" ? Infinity : Date.parse(expiresAt),
  };
}

function managedSecrets(key: ManagedKey): KnownSecret[] {
  const { id, name, tenant, scopes, revokedAtUnixMs, expiresAtUnixMs } = key;
  const principal = { name, tenant, scopes: new Set(scopes) };
  return key.secrets.map(({ sha256, validUntilUnixMs }) => ({
    digest: Buffer.from(sha256, "hex"),
    keyId: id,
    principal,
    revoked: revokedAtUnixMs !== null,
    validUntilUnixMs: Math.min(expiresAtUnixMs ?? Infinity, validUntilUnixMs ?? Infinity),
  }));
}
