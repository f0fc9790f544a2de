import { createHmac } from "node:crypto";

/** Secrets shorter than this are masked whole: their last characters would say too much. */
const shortestWithTail = 20;

/**
 * Replaces a secret by its type prefix, stars, its last four characters and a keyed digest, as
 * in `ghp_****1a2b~5f3a9c`. The same secret always gives the same mask, so that masked text
 * can be compared; 24 bits of HMAC-SHA-256 cannot be turned back into a random secret. Short
 * secrets, which could be guessed, give `****` alone.
 *
 * @param shownPrefix characters at the start that name the type.
 * @param key of the digest; masks of two keys cannot be compared.
 */
export function maskSecret(secret: string, shownPrefix: number, key: string): string {
  const prefix = secret.slice(0, shownPrefix);
  const hidden = secret.length - prefix.length;
  if (hidden < shortestWithTail - 4) {
    return `${prefix}****`;
  }
  const digest = createHmac("sha256", key).update(secret).digest("hex").slice(0, 6);
  const tail = /^[A-Za-z0-9]{4}$/.test(secret.slice(-4)) ? secret.slice(-4) : "";
  return `${prefix}****${tail}~${digest}`;
}

/**
 * Replaces personal data by its kind and a keyed digest, as in `[us-ssn~5f3a9c]`. Case and
 * separators do not count, so that one number has one mask however it is written. The form is
 * not that of a secret: to pass on an account number is what many agents are for.
 */
export function maskPersonalData(value: string, entity: string, key: string): string {
  const plain = value.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  const digest = createHmac("sha256", key).update(`${entity} ${plain}`).digest("hex").slice(0, 6);
  return `[${entity}~${digest}]`;
}
