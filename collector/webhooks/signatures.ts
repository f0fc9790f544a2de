import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** Whether `hex` is the HMAC-SHA256 of the body, compared in constant time. */
export function isHmacHex(body: Uint8Array, secret: string, hex: string): boolean {
  const expected = createHmac("sha256", secret).update(body).digest();
  // Another form is compared as zeros, so that it takes as long.
  const given = /^[0-9a-f]{64}$/i.test(hex) ? Buffer.from(hex, "hex") : Buffer.alloc(32);
  return timingSafeEqual(expected, given);
}

/** Whether two texts are equal, without telling by time where or how far they differ. */
export function isSameText(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

export interface StandardWebhook {
  readonly id: string;
  /** Unix seconds, as the header writes them. */
  readonly timestamp: string;
  /** Space-separated `v1,<base64>`; several while a secret is rotated. */
  readonly signatures: string;
  readonly body: Uint8Array;
}

/** How far the clock of a sender may be off, either way. */
export const timestampToleranceSeconds = 300;

/**
 * Whether a delivery is signed as Standard Webhooks lays down: HMAC-SHA256 over
 * `id.timestamp.body` under the base64 key that follows `whsec_`, with a timestamp near `now`.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks
 */
export function isStandardWebhook(
  { id, timestamp, signatures, body }: StandardWebhook,
  secret: string,
  nowUnixMs: number,
): boolean {
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const expected = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest();
  const isFresh =
    /^\d{1,12}$/.test(timestamp) &&
    Math.abs(nowUnixMs / 1000 - Number(timestamp)) <= timestampToleranceSeconds;
  const matches = signatures
    .split(" ", 8)
    .map((signature) => Buffer.from(signature.replace(/^v1,/, ""), "base64"))
    .map((given) => timingSafeEqual(expected, given.length === 32 ? given : Buffer.alloc(32)));
  return matches.includes(true) && isFresh && id !== "" && key.length > 0;
}
