import { createMatcher, type Hits } from "../../scan/aho-corasick.ts";
import { bitOf, clustersOf, type DigitCluster } from "./digit-clusters.ts";
import { findPhoneNumbers, phoneWords } from "./find-phone-numbers.ts";
import type { PersonalRule } from "./personal-rule.ts";

/** One piece of personal data in a text. */
export interface FoundPersonalData {
  readonly entity: string;
  readonly hard: boolean;
  /** What it was told by beside its form. */
  readonly basis: "form" | "cell" | "context";
  readonly start: number;
  readonly end: number;
}

export type PersonalDataFinder = (text: string) => readonly FoundPersonalData[];

const none: readonly FoundPersonalData[] = [];

/** How far from a value a word may name it. */
const unitsBefore = 90;
const unitsAfter = 45;

/** The longest text that can be one value or a short list of them. */
const longestCell = 72;

/**
 * Finds identifiers of people. Places with digits or an `@` are found first; around each of
 * them the rules are tried whose form needs no word nearby, or whose words stand there. A text
 * that is nothing but a value counts as named. Linear in the text: every window is bounded.
 *
 * @param rules those of phone numbers aside, which are found where soft data is.
 * @param cells whether to look at texts that are nothing but a value.
 */
export function createPersonalDataFinder(
  rules: readonly PersonalRule[],
  { cells }: { readonly cells: boolean },
): PersonalDataFinder {
  const book = createContextBook(rules);
  const unaided = rules.filter(({ needs }) => needs === "nothing").map(gated);
  const withPhones = rules.some(({ hard }) => !hard);
  const inCells = rules.filter(({ needs }) => needs !== "context");

  function inWindow(text: string, cluster: DigitCluster, named: ReadonlySet<string>): Candidate[] {
    const from = Math.max(0, cluster.start - 16);
    const window = text.slice(from, cluster.end + 16);
    const found: Candidate[] = [];
    for (const entry of unaided) {
      const { rule } = entry;
      if (!named.has(rule.id) && mayHold(cluster, entry)) {
        collect({ rule, window, from, basis: "form" }, found);
      }
    }
    for (const rule of named.size === 0 ? [] : rules) {
      if (named.has(rule.id)) {
        collect({ rule, window, from, basis: "context" }, found);
      }
    }
    if (withPhones && cluster.digits >= 7 && (named.has("phone-number") || window.includes("+"))) {
      const basis = named.has("phone-number") ? "context" : "form";
      for (const { start, end } of findPhoneNumbers(window, basis)) {
        found.push({ ...phone, basis, start: from + start, end: from + end });
      }
    }
    return found;
  }

  return function findPersonalData(text) {
    const clusters = clustersOf(text, cells);
    if (clusters.length === 0) {
      return none;
    }
    const cell =
      cells && text.length <= longestCell && isCellLike(text) ? wholeCell(text, inCells) : [];
    if (cell.length > 0) {
      return withoutOverlaps(cell);
    }
    // One word alone has nothing beside it that could name it.
    const words = /[ :="]/.test(text) ? book(text) : () => nothingNamed;
    const found = clusters.flatMap((cluster) => inWindow(text, cluster, words(cluster)));
    return found.length === 0 ? none : withoutOverlaps(found);
  };
}

interface Candidate extends FoundPersonalData {
  readonly rank: number;
}

const phone = { entity: "phone-number", hard: false, rank: 1000 } as const;

/** A rule with its runs as bits. */
interface Gated {
  readonly rule: PersonalRule;
  readonly runs: number;
}

function gated(rule: PersonalRule): Gated {
  return { rule, runs: rule.runs.reduce((bits, run) => bits | bitOf(run), 0) };
}

function mayHold(cluster: DigitCluster, { rule: { minDigits, mark }, runs }: Gated): boolean {
  return (
    cluster.digits >= minDigits &&
    (runs === 0 || (cluster.runs & runs) !== 0) &&
    (mark === "" || cluster.marks.includes(mark))
  );
}

interface Attempt {
  readonly rule: PersonalRule;
  readonly window: string;
  readonly from: number;
  readonly basis: FoundPersonalData["basis"];
}

function collect({ rule, window, from, basis }: Attempt, found: Candidate[]): void {
  const { id: entity, hard, accept, looseInContext = false } = rule;
  const loose = basis === "context" && looseInContext;
  const { pattern } = rule;
  // Tried at every place with digits: `matchAll` would copy the pattern each time.
  pattern.lastIndex = 0;
  for (let match = pattern.exec(window); match !== null; match = pattern.exec(window)) {
    const [value] = match;
    if (
      (rule.minDigits === 0 || /\d/.test(value)) &&
      (loose || accept === undefined || accept(value))
    ) {
      const start = from + match.index;
      found.push({ entity, hard, basis, start, end: start + value.length, rank: loose ? 500 : 0 });
    }
  }
}

/** A text of values only: every word has a digit or is short, as in `34 ABC 1234`. */
function isCellLike(text: string): boolean {
  return text.split(/[^\p{L}\p{N}@._+-]+/u).every((word) => word.length <= 3 || /[\d@]/.test(word));
}

function wholeCell(text: string, rules: readonly PersonalRule[]): Candidate[] {
  for (const rule of rules) {
    const found: Candidate[] = [];
    collect(
      { rule, window: text, from: 0, basis: rule.needs === "nothing" ? "form" : "cell" },
      found,
    );
    if (found.length > 0 && !/[\p{L}\p{N}]/u.test(outside(text, found))) {
      return found;
    }
  }
  const numbers = findPhoneNumbers(text, "cell");
  const isPhone = numbers.length > 0 && !/[\p{L}\p{N}]/u.test(outside(text, numbers));
  return isPhone ? numbers.map((range) => ({ ...phone, basis: "cell", ...range })) : [];
}

function outside(text: string, ranges: readonly { start: number; end: number }[]): string {
  let rest = "";
  let from = 0;
  for (const { start, end } of ranges) {
    rest += text.slice(from, start);
    from = end;
  }
  return (rest + text.slice(from)).replaceAll(/(?<!\p{L})(?:and|or|und|et|ve|y|e)(?!\p{L})/giu, "");
}

/** One byte a unit in UTF-8. */
function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}

/** The ids of rules named near a cluster. */
type NamedNear = (cluster: DigitCluster) => ReadonlySet<string>;

const nothingNamed: ReadonlySet<string> = new Set();

/** Finds the words of all rules in one pass; words in other scripts are looked up one by one. */
function createContextBook(rules: readonly PersonalRule[]): (text: string) => NamedNear {
  const entries = [
    ...rules.flatMap(({ id, context }) => context.map((word) => ({ id, word }))),
    ...phoneWords.map((word) => ({ id: "phone-number", word })),
  ];
  const ascii = entries.filter(({ word }) => isAscii(word));
  const other = entries.filter(({ word }) => !isAscii(word));
  const matcher = createMatcher(ascii.map(({ word }) => word));
  const hits: Hits = [];

  return (text) => {
    hits.length = 0;
    matcher.collect(text, hits);
    const places: { id: string; at: number }[] = [];
    for (let at = 0; at < hits.length; at += 2) {
      const entry = ascii[hits[at] ?? 0];
      const end = hits[at + 1] ?? 0;
      if (entry !== undefined && standsAlone(text, end - entry.word.length, end)) {
        places.push({ id: entry.id, at: end });
      }
    }
    const isPlain = isAscii(text);
    return ({ start, end }) => {
      const near = places.filter(({ at }) => at > start - unitsBefore && at < end + unitsAfter);
      const ids = near.map(({ id }) => id);
      if (!isPlain) {
        const window = text.slice(Math.max(0, start - unitsBefore), end + unitsAfter).toLowerCase();
        ids.push(...other.filter(({ word }) => window.includes(word)).map(({ id }) => id));
      }
      return ids.length === 0 ? nothingNamed : new Set(ids);
    };
  };
}

/** Short words count alone only: `tin` names nothing in `testing`. */
function standsAlone(text: string, start: number, end: number): boolean {
  const before = text.charCodeAt(start - 1);
  const after = text.charCodeAt(end);
  return (
    !(isLetter(before) && isLower(text.charCodeAt(start))) && (end - start > 5 || !isLetter(after))
  );
}

function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

function isLower(code: number): boolean {
  return code >= 0x61 && code <= 0x7a;
}

const basisRank = { context: 0, form: 1, cell: 2 } as const;

/** Of overlapping candidates the one that is named, then the longer one. */
function withoutOverlaps(candidates: readonly Candidate[]): FoundPersonalData[] {
  const sorted = candidates.toSorted(
    (a, b) =>
      a.rank - b.rank ||
      basisRank[a.basis] - basisRank[b.basis] ||
      b.end - b.start - (a.end - a.start),
  );
  const kept: Candidate[] = [];
  for (const candidate of sorted) {
    if (kept.every(({ start, end }) => candidate.end <= start || candidate.start >= end)) {
      kept.push(candidate);
    }
  }
  return kept
    .toSorted((a, b) => a.start - b.start)
    .map(({ entity, hard, basis, start, end }) => ({ entity, hard, basis, start, end }));
}
