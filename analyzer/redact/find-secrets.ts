import { createMatcher, type Hits } from "../scan/aho-corasick.ts";
import { entropyBits } from "../scan/entropy.ts";
import { isPlaceholder, type SecretRule } from "./rules/secret-rule.ts";

/** One secret in a text. */
export interface FoundSecret {
  readonly rule: SecretRule;
  readonly start: number;
  readonly end: number;
}

/** Finds secrets; ranges are disjoint and in order. Returns the shared empty list if none. */
export type SecretFinder = (text: string) => readonly FoundSecret[];

const none: readonly FoundSecret[] = [];

/** Shorter texts hold no secret that a rule knows. */
const shortestText = 12;

/**
 * Compiles rules into one pass: all keywords in one automaton, then at each hit the patterns
 * of that keyword, each tried once at one place. Every pattern is bounded, so the time is
 * linear in the text and its hits.
 */
export function createSecretFinder(rules: readonly SecretRule[]): SecretFinder {
  const entries = rules.flatMap((rule, rank) =>
    rule.keywords.map((keyword) => ({ rule, rank, length: keyword.length, keyword })),
  );
  const matcher = createMatcher(entries.map((entry) => entry.keyword));
  const hits: Hits = [];
  return function findSecrets(text) {
    if (text.length < shortestText) {
      return none;
    }
    hits.length = 0;
    matcher.collect(text, hits);
    if (hits.length === 0) {
      return none;
    }
    const candidates: Candidate[] = [];
    for (let at = 0; at < hits.length; at += 2) {
      const entry = entries[hits[at] ?? 0];
      const end = hits[at + 1] ?? 0;
      const found = entry && tryRule(text, entry.rule, end - entry.length, end);
      if (entry && found) {
        candidates.push({ ...found, rank: entry.rank });
      }
    }
    return candidates.length === 0 ? none : withoutOverlaps(candidates);
  };
}

interface Candidate extends FoundSecret {
  readonly rank: number;
}

function tryRule(
  text: string,
  rule: SecretRule,
  keywordStart: number,
  keywordEnd: number,
): FoundSecret | null {
  if (rule.startsAt !== "anywhere" && !startsWord(text, keywordStart, rule.startsAt === "hump")) {
    return null;
  }
  const { pattern } = rule;
  pattern.lastIndex = rule.anchor === "keyword" ? keywordStart : keywordEnd;
  const match = pattern.exec(text);
  const secret = match?.[1] ?? match?.[2];
  if (match === null || secret === undefined) {
    return null;
  }
  const start = match.index + match[0].lastIndexOf(secret);
  const before = text.slice(Math.max(0, keywordStart - 24), keywordStart);
  const real =
    !isPlaceholder(secret.slice(0, 400)) &&
    entropyBits(secret) >= rule.minEntropyBits &&
    (rule.accept?.(secret, before) ?? true);
  return real ? { rule, start, end: start + secret.length } : null;
}

/**
 * False in the middle of a word; escapes of JSON (`\n`) and URLs (`%20`) end a word. A hump is
 * a capital inside a name: `etsy` starts at one in `myEtsyKey`, not in `SetSysctl`.
 */
function startsWord(text: string, at: number, humps: boolean): boolean {
  const previous = text.charAt(at - 1);
  if (at === 0 || !/\w/.test(previous)) {
    return true;
  }
  if (humps && (!/[A-Za-z]/.test(previous) || /[^a-z]/.test(text.charAt(at)))) {
    return true;
  }
  const before = text.slice(Math.max(0, at - 6), at);
  return /\\[nrtbf]$|%[0-9a-f]{2}$|\\u00[0-9a-f]{2}$/i.test(before);
}

/** Keeps the surest rule of overlapping candidates, and its widest range. */
function withoutOverlaps(candidates: Candidate[]): FoundSecret[] {
  candidates.sort((a, b) => a.start - b.start || a.rank - b.rank);
  const kept: Candidate[] = [];
  for (const candidate of candidates) {
    const last = kept.at(-1);
    if (last === undefined || candidate.start >= last.end) {
      kept.push(candidate);
      continue;
    }
    const surer = candidate.rank < last.rank ? candidate : last;
    kept[kept.length - 1] = { ...surer, start: last.start, end: Math.max(last.end, candidate.end) };
  }
  return kept;
}
