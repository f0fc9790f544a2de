import { type SubjectKind, sessionAttributes, userAttributes } from "./person-attributes.ts";

/** One person, session or author of a tenant, as an erasure looks for it. */
export interface Subject {
  readonly tenant: string;
  /** As records carry it. */
  readonly id: string;
  /** All kinds when absent. */
  readonly kind?: SubjectKind | undefined;
  /** Also rows in whose text the id occurs. */
  readonly matchText: boolean;
  /** What stands where the id stood: `erased:<keyed hash>`. */
  readonly pseudonym: string;
}

const attributesByKind: Readonly<Record<SubjectKind | "any", readonly string[]>> = {
  user: userAttributes,
  session: sessionAttributes,
  author: [],
  any: [...userAttributes, ...sessionAttributes],
};

/** The attributes whose value is compared with the id. */
export function attributesOf({ kind }: Subject): readonly string[] {
  return attributesByKind[kind ?? "any"];
}

/** Whether the id is looked for inside longer texts: an address is unmistakable, a word is not. */
export function looksInTexts({ id, matchText }: Subject): boolean {
  return matchText || id.includes("@");
}

/**
 * Replaces the id where it stands alone: not inside a longer word, name or address. `null` when
 * nothing was replaced.
 */
export function replaceMentions({ id, pseudonym }: Subject, text: string): string | null {
  const forms = new Set([id, JSON.stringify(id).slice(1, -1)]);
  const alternatives = [...forms].map(escapeRegExp).join("|");
  const mention = new RegExp(
    `(?<![\\p{L}\\p{N}_.+@-])(?:${alternatives})(?![.-]?[\\p{L}\\p{N}_@])`,
    "gu",
  );
  const replaced = text.replace(mention, pseudonym);
  return replaced === text ? null : replaced;
}

/** Whether JSON or other text holds the id: as a whole quoted value, or anywhere it stands alone. */
export function isMentioned(subject: Subject, text: string): boolean {
  return looksInTexts(subject)
    ? replaceMentions(subject, text) !== null
    : text.includes(JSON.stringify(subject.id));
}

/** Replaces an author (`Name <address>`, or either alone) who is the subject; else `null`. */
export function replaceAuthor({ id, pseudonym }: Subject, author: string): string | null {
  const [, name = author, address = ""] = /^(.*?)\s*<([^<>]*)>$/.exec(author) ?? [];
  return author === id || name === id || (address !== "" && address === id) ? pseudonym : null;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
