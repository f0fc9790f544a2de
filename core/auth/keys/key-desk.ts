import type { Audit } from "../../audit/audit.ts";
import type { Clock } from "../../clock.ts";
import type { ApiKey } from "../../config/auth-config.ts";
import { HttpError } from "../../http/http-error.ts";
import { digestOf } from "../credentials.ts";
import type { Principal, Scope } from "../principal.ts";
import type { KeyStore } from "./key-store.ts";
import {
  type IssuedKey,
  isHeld,
  issueKey,
  type ManagedKey,
  makeSecret,
  rotateKey,
} from "./managed-key.ts";

/** Makes, rotates and revokes keys of the caller's own tenant; each step is audited. */
export interface KeyDesk {
  create(by: Principal, wanted: WantedKey): Promise<IssuedKey>;
  /** The secret until now stays valid for `graceSeconds`. */
  rotate(by: Principal, id: string, wanted: WantedRotation): Promise<IssuedKey>;
  revoke(by: Principal, id: string, reason: string): Promise<ManagedKey>;
}

export interface WantedKey {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiresAtUnixMs: number | null;
}

export interface WantedRotation {
  readonly graceSeconds: number;
  readonly expiresAtUnixMs: number | undefined;
}

export interface KeyDeskDependencies {
  readonly keyStore: KeyStore;
  readonly apiKeys: readonly ApiKey[];
  readonly audit: Pick<Audit, "append">;
  readonly clock: Clock;
}

/** Held and revoked ones; beyond it somebody makes keys in a loop. */
const maxKeysPerTenant = 1000;

/**
 * Each step is in the audit log before it is done: after a crash in between, an entry without a
 * deed remains, never a key that nobody is known to have made.
 */
export function createKeyDesk(dependencies: KeyDeskDependencies): KeyDesk {
  const { keyStore, clock, audit } = dependencies;

  function note(by: Principal, action: string, key: ManagedKey, data: Record<string, unknown>) {
    const subject = `api_key/${key.tenant}/${key.id}`;
    return audit.append({ actor: by.name, action, subject, data: { name: key.name, ...data } });
  }

  async function changed(
    { tenant }: Principal,
    id: string,
    change: (key: ManagedKey) => ManagedKey,
  ): Promise<ManagedKey> {
    const key = await keyStore.update(id, (known) =>
      known.tenant === tenant && isHeld(known) ? change(known) : null,
    );
    return key ?? held(keyStore, tenant, id);
  }

  return {
    async create(by, wanted) {
      requireFree(dependencies, by.tenant, wanted.name);
      requireFuture(wanted.expiresAtUnixMs, clock);
      const issued = issueKey({ ...wanted, tenant: by.tenant, createdBy: by.name }, clock.now());
      const { scopes, expiresAtUnixMs } = wanted;
      await note(by, "api_key.create", issued.key, { scopes, expiresAtUnixMs });
      if (!(await keyStore.add(issued.key, (other) => isNamesake(other, issued.key)))) {
        throw nameTaken(wanted.name);
      }
      return issued;
    },
    async rotate(by, id, { graceSeconds, expiresAtUnixMs }) {
      requireFuture(expiresAtUnixMs ?? null, clock);
      const before = held(keyStore, by.tenant, id);
      const secret = makeSecret();
      const previousUntilUnixMs = clock.now() + graceSeconds * 1000;
      await note(by, "api_key.rotate", before, { previousUntilUnixMs });
      const key = await changed(by, id, (known) =>
        rotateKey(known, {
          sha256: digestOf(secret).toString("hex"),
          previousUntilUnixMs,
          ...(expiresAtUnixMs !== undefined && { expiresAtUnixMs }),
        }),
      );
      return { key, secret };
    },
    async revoke(by, id, reason) {
      await note(by, "api_key.revoke", held(keyStore, by.tenant, id), { reason });
      return changed(by, id, (key) => ({ ...key, revokedAtUnixMs: clock.now() }));
    },
  };
}

/** @throws HttpError 404 for a key of nobody or of another tenant, 409 for a revoked one. */
function held(keyStore: KeyStore, tenant: string, id: string): ManagedKey {
  const key = keyStore.list().find((known) => known.id === id && known.tenant === tenant);
  if (key === undefined) {
    throw new HttpError(
      "not_found",
      `there is no managed key ${id.slice(0, 64)}; keys of the configuration are changed there`,
    );
  }
  if (!isHeld(key)) {
    throw new HttpError("conflict", `the key ${key.name} was revoked; make a new one`);
  }
  return key;
}

function requireFree({ keyStore, apiKeys }: KeyDeskDependencies, tenant: string, name: string) {
  const own = keyStore.list().filter((key) => key.tenant === tenant);
  if (own.length >= maxKeysPerTenant) {
    throw new HttpError("conflict", `a tenant has at most ${maxKeysPerTenant} keys`);
  }
  const isConfigured = apiKeys.some((key) => key.tenant === tenant && key.name === name);
  if (isConfigured || own.some((key) => isNamesake(key, { tenant, name }))) {
    throw nameTaken(name);
  }
}

/** Two holders of one name could not be told apart in the audit log. */
function isNamesake(other: ManagedKey, { tenant, name }: { tenant: string; name: string }) {
  return other.tenant === tenant && other.name === name && isHeld(other);
}

function nameTaken(name: string): HttpError {
  return new HttpError("conflict", `the name ${name} belongs to another key; rotate or revoke it`);
}

function requireFuture(expiresAtUnixMs: number | null, clock: Clock): void {
  if (expiresAtUnixMs !== null && expiresAtUnixMs <= clock.now()) {
    throw new HttpError("invalid_request", "expiresAt: expected a time in the future");
  }
}
