import { createMatcher, type Hits } from "../../scan/aho-corasick.ts";
import type { CodeRule } from "./code-rule.ts";
import { codeRules } from "./code-rules.ts";

export interface UnsafeLine {
  readonly rule: CodeRule;
  readonly start: number;
  readonly end: number;
}

const before = 160;
const after = 240;
/** Longer texts are read up to here. */
const maxUnits = 131_072;
/** A rule that a generated file breaks a hundred times is one finding. */
const mostPerRule = 1;

const entries = codeRules.flatMap((rule) => rule.keywords.map((keyword) => ({ rule, keyword })));
const matcher = createMatcher(entries.map(({ keyword }) => keyword));

/**
 * Lines of source code that rules know as unsafe, the first of each rule. Keywords are found in
 * one pass; a rule's bounded pattern then looks at the line around its keyword only.
 */
export function findUnsafeCode(source: string): UnsafeLine[] {
  const text = source.slice(0, maxUnits);
  const hits: Hits = [];
  matcher.collect(text, hits);
  const found: UnsafeLine[] = [];
  const counts = new Map<CodeRule, number>();
  for (let at = 0; at < hits.length; at += 2) {
    const entry = entries[hits[at] ?? 0];
    const place = hits[at + 1] ?? 0;
    if (entry === undefined || (counts.get(entry.rule) ?? 0) >= mostPerRule) {
      continue;
    }
    const line = matchAt(text, place - 1, entry.rule);
    if (line !== null) {
      found.push(line);
      counts.set(entry.rule, (counts.get(entry.rule) ?? 0) + 1);
    }
  }
  return found;
}

function matchAt(text: string, at: number, rule: CodeRule): UnsafeLine | null {
  const from = Math.max(text.lastIndexOf("\n", at) + 1, at - before, 0);
  const lineEnd = text.indexOf("\n", at);
  const to = Math.min(lineEnd < 0 ? text.length : lineEnd, at + after);
  const line = text.slice(from, to);
  if (!rule.line.test(line) || rule.unless?.test(line) === true) {
    return null;
  }
  return rule.inText?.test(text) === false ? null : { rule, start: from, end: to };
}
