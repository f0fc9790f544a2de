import {
  type AuditLink,
  type AuditPayload,
  digestOf,
  firstPreviousHash,
  hashOf,
  linkText,
  payloadText,
} from "./audit-entry.ts";

export interface AuditVerdict {
  readonly ok: boolean;
  /** Entries that were found. */
  readonly entries: number;
  /** Position of the first entry that was altered, removed or put in; null when all is well. */
  readonly brokenAt: number | null;
}

/** One entry as its stored texts; a payload that was erased is `undefined`. */
export interface StoredTexts {
  readonly position: number;
  readonly link: string;
  readonly payload: string | undefined;
}

/**
 * Checks every link against its own hash, its predecessor and its payload, and the end of the
 * chain against the recorded head, so that entries cut off at the end are noticed too.
 */
export function verifyChain(
  texts: Iterable<StoredTexts>,
  head: { readonly position: number; readonly hash: string },
): AuditVerdict {
  let entries = 0;
  let previousHash = firstPreviousHash;
  let brokenAt: number | null = null;
  for (const { position, link, payload } of texts) {
    entries += 1;
    const hash = checkedHash({ position, link, payload }, entries, previousHash);
    if (hash === null && brokenAt === null) {
      brokenAt = Math.min(position, entries);
    }
    previousHash = hash ?? "";
  }
  if (brokenAt === null && (entries !== head.position || previousHash !== head.hash)) {
    brokenAt = Math.min(entries, head.position) + 1;
  }
  return { ok: brokenAt === null, entries, brokenAt };
}

/** The entry's hash, or null when anything about it is not as it was written. */
function checkedHash(texts: StoredTexts, expected: number, previousHash: string): string | null {
  const link = parseExact<AuditLink>(texts.link, linkText);
  const isNext = texts.position === expected && link?.position === expected;
  if (
    link === null ||
    !isNext ||
    link.previousHash !== previousHash ||
    link.hash !== hashOf(link)
  ) {
    return null;
  }
  if (texts.payload === undefined) {
    return link.hash;
  }
  const payload = parseExact<AuditPayload>(texts.payload, payloadText);
  return payload !== null && digestOf(payload) === link.payloadDigest ? link.hash : null;
}

/** Parses only the exact text that `write` gives: a changed space counts as an alteration. */
function parseExact<Value>(text: string, write: (value: Value) => string): Value | null {
  try {
    const value = JSON.parse(text) as Value;
    return write(value) === text ? value : null;
  } catch {
    return null;
  }
}
