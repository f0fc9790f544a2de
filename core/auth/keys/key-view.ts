import { z } from "zod";
import type { ApiKey } from "../../config/auth-config.ts";
import type { KeyStore } from "./key-store.ts";
import { configuredKeyId } from "./known-keys.ts";
import type { IssuedKey, ManagedKey } from "./managed-key.ts";

const optionalTime = z.string().nullable();

/** A key as the API shows it: never its secret, nor the digest of it. */
export const KeyView = z.object({
  id: z.string(),
  name: z.string(),
  tenant: z.string(),
  scopes: z.array(z.string()),
  source: z.enum(["config", "managed"]).describe("Keys of the configuration are changed there"),
  createdAt: optionalTime,
  createdBy: z.string().nullable(),
  expiresAt: optionalTime,
  revokedAt: optionalTime,
  lastUsedAt: optionalTime.describe("To the minute"),
  previousSecretUntil: optionalTime.describe("While a rotation is in its time of grace"),
});

export const IssuedKeyView = KeyView.extend({ secret: z.string().describe("Shown this once") });

export type KeyView = z.infer<typeof KeyView>;
export type IssuedKeyView = z.infer<typeof IssuedKeyView>;

/** All keys of a tenant, those of the configuration first. */
export function keyViews(
  tenant: string,
  apiKeys: readonly ApiKey[],
  keyStore: KeyStore,
): KeyView[] {
  return [
    ...apiKeys
      .filter((key) => key.tenant === tenant)
      .map((key) => configuredKeyView(key, keyStore)),
    ...keyStore
      .list()
      .filter((key) => key.tenant === tenant)
      .map((key) => managedKeyView(key, keyStore)),
  ];
}

export function managedKeyView(key: ManagedKey, keyStore: KeyStore): KeyView {
  const { id, name, tenant, scopes, createdAtUnixMs, createdBy } = key;
  return {
    id,
    name,
    tenant,
    scopes: [...scopes],
    source: "managed",
    createdAt: rfc3339(createdAtUnixMs),
    createdBy,
    expiresAt: rfc3339(key.expiresAtUnixMs),
    revokedAt: rfc3339(key.revokedAtUnixMs),
    lastUsedAt: rfc3339(keyStore.lastUsedUnixMs(id)),
    previousSecretUntil: rfc3339(key.secrets[1]?.validUntilUnixMs ?? null),
  };
}

export function issuedKeyView({ key, secret }: IssuedKey, keyStore: KeyStore): IssuedKeyView {
  return { ...managedKeyView(key, keyStore), secret };
}

function configuredKeyView(key: ApiKey, keyStore: KeyStore): KeyView {
  const { name, tenant, scopes, expiresAt } = key;
  const id = configuredKeyId(key);
  return {
    id,
    name,
    tenant,
    scopes: [...scopes],
    source: "config",
    createdAt: null,
    createdBy: null,
    expiresAt: expiresAt === "" ? null : expiresAt,
    revokedAt: null,
    lastUsedAt: rfc3339(keyStore.lastUsedUnixMs(id)),
    previousSecretUntil: null,
  };
}

function rfc3339(unixMs: number | null): string | null {
  return unixMs === null ? null : new Date(unixMs).toISOString();
}
