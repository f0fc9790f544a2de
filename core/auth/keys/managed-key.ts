import { randomBytes } from "node:crypto";
import { digestOf } from "../credentials.ts";
import type { Scope } from "../principal.ts";

/** An API key that was made while the service ran. Of its secrets only the digests are kept. */
export interface ManagedKey {
  readonly id: string;
  /** Who it is, in the audit log; one key of a tenant has it at a time. */
  readonly name: string;
  readonly tenant: string;
  readonly scopes: readonly Scope[];
  readonly createdAtUnixMs: number;
  /** Name of the principal. */
  readonly createdBy: string;
  /** `null`: never. */
  readonly expiresAtUnixMs: number | null;
  readonly revokedAtUnixMs: number | null;
  /** The newest first; the one before it holds until its time of grace is over. */
  readonly secrets: readonly KeySecret[];
}

export interface KeySecret {
  /** Lower-case hex. */
  readonly sha256: string;
  /** `null`: as long as the key. */
  readonly validUntilUnixMs: number | null;
}

/** A key with the secret that only its holder will have. */
export interface IssuedKey {
  readonly key: ManagedKey;
  readonly secret: string;
}

export interface NewKey {
  readonly name: string;
  readonly tenant: string;
  readonly scopes: readonly Scope[];
  readonly createdBy: string;
  readonly expiresAtUnixMs: number | null;
}

/** 256 random bits, with a prefix by which secret scanners know it. */
export function makeSecret(): string {
  return `tt_${randomBytes(32).toString("base64url")}`;
}

export function issueKey(fields: NewKey, nowUnixMs: number): IssuedKey {
  const secret = makeSecret();
  const id = randomBytes(8).toString("hex");
  const secrets = [{ sha256: digestOf(secret).toString("hex"), validUntilUnixMs: null }];
  const key = { ...fields, id, createdAtUnixMs: nowUnixMs, revokedAtUnixMs: null, secrets };
  return { key, secret };
}

export interface Rotation {
  /** Digest of the new secret, lower-case hex. */
  readonly sha256: string;
  /** When the secret until now stops working. */
  readonly previousUntilUnixMs: number;
  /** New end of the key; `undefined` leaves it. */
  readonly expiresAtUnixMs?: number;
}

/** Puts a new secret first. Of the older ones only the newest stays, until its grace is over. */
export function rotateKey(key: ManagedKey, rotation: Rotation): ManagedKey {
  const { sha256, previousUntilUnixMs, expiresAtUnixMs = key.expiresAtUnixMs } = rotation;
  const previous = key.secrets
    .slice(0, 1)
    .map((secret) => ({ ...secret, validUntilUnixMs: previousUntilUnixMs }));
  const secrets = [{ sha256, validUntilUnixMs: null }, ...previous];
  return { ...key, expiresAtUnixMs, secrets };
}

/** A key that can be used now, or again after a rotation. */
export function isHeld({ revokedAtUnixMs }: ManagedKey): boolean {
  return revokedAtUnixMs === null;
}
