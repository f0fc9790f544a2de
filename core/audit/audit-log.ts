import { type AuditLink, firstPreviousHash } from "./audit-entry.ts";
import type { StoredTexts } from "./verify-chain.ts";

/** Begins of the keys of an audit topic; what follows is an id, or for names a pseudonym. */
export const auditKeys = { link: "l/", payload: "p/", name: "n/", pseudonymKey: "m/" } as const;

export interface LoggedEntry {
  readonly id: string;
  readonly position: number;
  readonly hash: string;
  /** Text of the link. */
  readonly text: string;
}

/**
 * The audit log that a topic amounts to; the same in every process. A link holds if its position
 * is beyond the last one: of two processes that write the same position at once, the second has
 * to write again. Whether links fit one another is for `verifyChain` to say: an entry that was
 * altered must be seen, not passed over.
 *
 * Holds every entry in memory: about 900 bytes each, beside its data.
 */
export interface AuditLog {
  apply(record: { readonly key: string; readonly value: Buffer | null }): void;
  /** By rising position. */
  readonly entries: readonly LoggedEntry[];
  readonly head: { readonly position: number; readonly hash: string };
  /** Whether the link of this id became an entry. */
  holds(id: string): boolean;
  /** Text of salt and payload; undefined once erased. */
  payload(id: string): string | undefined;
  /** Name behind a pseudonym; undefined once erased. */
  name(pseudonym: string): string | undefined;
  /** Install key of the pseudonyms, as hex; the first one counts. */
  readonly pseudonymKey: string | null;
  /** Ids of payloads that are in the log though their links do not hold. */
  leftovers(): string[];
  texts(): Generator<StoredTexts>;
}

export function createAuditLog(): AuditLog {
  const entries: LoggedEntry[] = [];
  const ids = new Set<string>();
  const payloads = new Map<string, string>();
  const names = new Map<string, string>();
  let pseudonymKey: string | null = null;

  function applyLink(id: string, text: string): void {
    const { position, hash } = JSON.parse(text) as Partial<AuditLink>;
    const isNext = Number.isSafeInteger(position) && (position ?? 0) > headOf(entries).position;
    if (isNext && position !== undefined && typeof hash === "string") {
      entries.push({ id, position, hash, text });
      ids.add(id);
    }
  }

  return {
    apply({ key, value }) {
      const [kind, id] = [key.slice(0, 2), key.slice(2)];
      const text = value?.toString();
      if (kind === auditKeys.link && text !== undefined) {
        applyLink(id, text);
      } else if (kind === auditKeys.payload) {
        setOrDelete(payloads, id, text);
      } else if (kind === auditKeys.name) {
        setOrDelete(names, id, text);
      } else if (kind === auditKeys.pseudonymKey) {
        pseudonymKey ??= text ?? null;
      }
    },
    entries,
    get head() {
      return headOf(entries);
    },
    holds: (id) => ids.has(id),
    payload: (id) => payloads.get(id),
    name: (pseudonym) => names.get(pseudonym),
    get pseudonymKey() {
      return pseudonymKey;
    },
    leftovers: () => [...payloads.keys()].filter((id) => !ids.has(id)),
    *texts() {
      for (const { id, position, text } of entries) {
        yield { position, link: text, payload: payloads.get(id) };
      }
    },
  };
}

function headOf(entries: readonly LoggedEntry[]): AuditLog["head"] {
  return entries.at(-1) ?? { position: 0, hash: firstPreviousHash };
}

function setOrDelete(map: Map<string, string>, key: string, value: string | undefined): void {
  if (value === undefined) {
    map.delete(key);
  } else {
    map.set(key, value);
  }
}

/** Position of the first entry that `known` has and `found` has not, or has otherwise. */
export function firstDifference(
  known: readonly LoggedEntry[],
  found: readonly LoggedEntry[],
): number | null {
  const index = known.findIndex(({ text }, at) => found[at]?.text !== text);
  return known[index]?.position ?? null;
}
