import { createHash } from "node:crypto";

/** One link of the chain, as stored. It holds no words of the payload and no person's name. */
export interface AuditLink {
  /** 1 for the first entry, without gaps. */
  readonly position: number;
  readonly timeUnixMs: number;
  /** Keyed pseudonym of who did it. */
  readonly actor: string;
  readonly action: string;
  /** What it was done to, as an id: `proposal/<tenant>/<id>`; never a person's name. */
  readonly subject: string;
  /** SHA-256 over salt and payload, so that a guessed payload cannot be confirmed. */
  readonly payloadDigest: string;
  /** `hash` of the entry before; 64 zeros for the first. */
  readonly previousHash: string;
  /** SHA-256 over all fields above. */
  readonly hash: string;
}

/** Kept apart from the link, so that erasing it leaves the chain whole. */
export interface AuditPayload {
  readonly salt: string;
  /** JSON text of the data. */
  readonly payload: string;
}

export const firstPreviousHash = "0".repeat(64);

export function createLink(fields: Omit<AuditLink, "hash">): AuditLink {
  return { ...fields, hash: hashOf(fields) };
}

/** SHA-256 over length-prefixed fields: no two different entries give the same bytes. */
export function hashOf(fields: Omit<AuditLink, "hash">): string {
  const { position, timeUnixMs, actor, action, subject, payloadDigest, previousHash } = fields;
  const hash = createHash("sha256");
  for (const part of [position, timeUnixMs, actor, action, subject, payloadDigest, previousHash]) {
    const text = String(part);
    hash.update(`${Buffer.byteLength(text)}:${text}`);
  }
  return hash.digest("hex");
}

export function digestOf({ salt, payload }: AuditPayload): string {
  return createHash("sha256").update(Buffer.from(salt, "hex")).update(payload).digest("hex");
}

/** The one text that stands for a link; any other bytes in its place are an alteration. */
export function linkText(link: AuditLink): string {
  const { position, timeUnixMs, actor, action, subject, payloadDigest, previousHash, hash } = link;
  return JSON.stringify({
    position,
    timeUnixMs,
    actor,
    action,
    subject,
    payloadDigest,
    previousHash,
    hash,
  });
}

export function payloadText({ salt, payload }: AuditPayload): string {
  return JSON.stringify({ salt, payload });
}
