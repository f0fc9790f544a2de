import { decodedViews } from "../../scan/decode-text.ts";
import type { DecodedView } from "../../scan/decoded-view.ts";
import { createKeywordScan } from "../../scan/keyword-scan.ts";
import { turnLetters } from "../../scan/rot13.ts";
import { rot13Words } from "../hidden/hidden-marks.ts";
import { type InstructionRule, tokenFlood } from "./instruction-rule.ts";
import { instructionRules } from "./instruction-rules.ts";

export interface InstructionHit {
  readonly rule: InstructionRule;
  /** Range in the original text; of text that was hidden, the range of its carrier. */
  readonly start: number;
  readonly end: number;
  /** The matched words, decoded if they were hidden. */
  readonly words: string;
  /** True if the words were encoded or written in look-alike or invisible characters. */
  readonly hidden: boolean;
}

const before = 120;
const after = 240;

const entries = instructionRules.flatMap((rule) =>
  rule.keywords.map((keyword) => ({ rule, length: keyword.length, keyword })),
);
const keywords = [...entries.map(({ keyword }) => keyword), ...rot13Words];
const keywordHits = createKeywordScan(keywords);

/** Where words stand that are words in rot13 only: found in the same pass as the rules' keywords. */
export function rot13Marks(text: string): number[] {
  const hits = keywordHits(text);
  const marks: number[] = [];
  for (let at = 0; at < hits.length; at += 2) {
    const keyword = hits[at] ?? 0;
    if (keyword >= entries.length) {
      marks.push((hits[at + 1] ?? 0) - (keywords[keyword]?.length ?? 0));
    }
  }
  return marks;
}

/** Decoded views of a text, and its rot13 if it has words in it. */
export function readingsOf(text: string): readonly DecodedView[] {
  const views = decodedViews(text);
  return rot13Marks(text).length < leastMarks
    ? views
    : [...views, { text: turnLetters(text), start: 0, end: text.length, encoding: "rot13" }];
}

const leastMarks = 2;

/** The first hit of each rule in a text and in what is hidden in it. */
export function findInstructions(text: string): InstructionHit[] {
  const found = new Map<string, InstructionHit>();
  collect(text, found, null);
  for (const view of readingsOf(text)) {
    collect(view.text, found, view);
  }
  return [...found.values()];
}

/** A flood as a hit over the whole text, or none. */
export function floodHits(text: string): InstructionHit[] {
  return isTokenFlood(text)
    ? [{ rule: tokenFlood, start: 0, end: text.length, words: text.slice(0, 60), hidden: false }]
    : [];
}

/** Units of a text that a flood is looked for in. */
const floodSample = 400;

/**
 * True if the text goes on repeating a few characters, as floods do that push instructions out
 * of a model's attention. Rules, tables and blank lines repeat too and do not count.
 */
function isTokenFlood(text: string): boolean {
  if (text.length < floodSample) {
    return false;
  }
  const starts = [0, (text.length - floodSample) >> 1, text.length - floodSample];
  return starts.some((from) => repeats(text.slice(from, from + floodSample)));
}

/** True for a sample of at most six different characters; 32 buckets are enough to tell. */
function repeats(sample: string): boolean {
  let seen = 0;
  let distinct = 0;
  for (let at = 0; at < sample.length; at += 1) {
    const bucket = 1 << (sample.charCodeAt(at) & 31);
    if ((seen & bucket) === 0) {
      seen |= bucket;
      distinct += 1;
      if (distinct > 6) {
        return false;
      }
    }
  }
  return /[^\s\-=_*#.|~+:0]/.test(sample);
}

/** How sure the hits together are: `1 - prod(1 - weight)`; hidden words count for more. */
export function combinedScore(hits: readonly InstructionHit[]): number {
  let doubt = 1;
  for (const { rule, hidden } of hits) {
    doubt *= 1 - Math.min(0.95, hidden ? rule.weight + 0.3 : rule.weight);
  }
  return 1 - doubt;
}

/** Keywords followed up per text; more than this say no more. */
const maxHits = 4000;

function collect(
  text: string,
  found: Map<string, InstructionHit>,
  carrier: Pick<DecodedView, "start" | "end" | "encoding"> | null,
): void {
  const hidden = carrier !== null && carrier.encoding !== "unescaped";
  const hits = keywordHits(text);
  const searched = new Map<InstructionRule, number>();
  let followed = 0;
  for (let at = 0; at < hits.length && followed < maxHits; at += 2) {
    const entry = entries[hits[at] ?? 0];
    followed += entry === undefined ? 0 : 1;
    const end = hits[at + 1] ?? 0;
    const start = end - (entry?.length ?? 0);
    if (entry === undefined || found.has(entry.rule.id) || !isWord(text, start, end, entry.rule)) {
      continue;
    }
    const { rule } = entry;
    const match = rule.pattern.sticky
      ? matchAt(rule.pattern, text, start)
      : searchAround(rule, text, { start, end }, searched);
    if (match !== null) {
      const range = carrier ?? { start: match.start, end: match.start + match.words.length };
      found.set(rule.id, { ...range, rule, words: match.words, hidden });
    }
  }
}

interface Words {
  readonly start: number;
  readonly words: string;
}

function matchAt(pattern: RegExp, text: string, start: number): Words | null {
  pattern.lastIndex = start;
  const match = pattern.exec(text);
  return match && { start, words: match[0] };
}

/** Searches a window once, however many keywords of the rule lie in it. */
function searchAround(
  rule: InstructionRule,
  text: string,
  keyword: { readonly start: number; readonly end: number },
  searched: Map<InstructionRule, number>,
): Words | null {
  if (keyword.end < (searched.get(rule) ?? 0)) {
    return null;
  }
  const from = Math.max(0, keyword.start - before);
  searched.set(rule, keyword.end + after / 2);
  const match = rule.pattern.exec(text.slice(from, keyword.end + after));
  return match && { start: from + match.index, words: match[0] };
}

/** False for a keyword inside another word, such as `dan` in `guidance`. */
function isWord(text: string, start: number, end: number, rule: InstructionRule): boolean {
  if (isLetter(text.charCodeAt(start)) && start > 0 && isLetter(text.charCodeAt(start - 1))) {
    return false;
  }
  return rule.wholeWord !== true || !isLetter(text.charCodeAt(end));
}

function isLetter(code: number): boolean {
  // Folding the case bit maps A to Z onto a to z.
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}
