import type { Content } from "../../../core/model/genai.ts";
import { type ContentMatch, excerptOf } from "../content/content-detector.ts";
import type { InstructionHit } from "./find-instructions.ts";

export interface InjectionEvidence {
  readonly content: Content;
  readonly index: number;
  readonly hits: readonly InstructionHit[];
  readonly score: number;
  /** Score from which the text alone is a finding. */
  readonly strongFrom: number;
}

/** Scores below this are not even an observation. */
const weakFrom = 0.45;

/**
 * One match for a text, named after its surest rule, or none. What a text model says alone is
 * either enough or nothing: its doubts would add up to an alarm in any large stream.
 */
export function toInjectionMatch(evidence: InjectionEvidence): ContentMatch[] {
  const { content, index, hits, score, strongFrom } = evidence;
  const [surest] = hits.toSorted((a, b) => b.rule.weight - a.rule.weight);
  if (surest === undefined || score < weakFrom) {
    return [];
  }
  const strong = score >= strongFrom;
  const learnt = hits.every((hit) => hit.rule.learnt === true);
  if (learnt && !strong) {
    return [];
  }
  const { start, end, rule, words, hidden } = surest;
  return [
    {
      rule: rule.id,
      targetClass: "instructions",
      score: Math.round(score * 1000) / 1000,
      strength: strong ? "strong" : "weak",
      // A rule says what is wrong with a text; a model only that it reads like others.
      severity: strong && !learnt ? "medium" : "low",
      outcome: "attempt",
      excerpt: hidden ? words.slice(0, 400) : excerptOf(content.text, start, end),
      maskedValue: words.slice(0, 120),
      location: content.location,
      tool: content.tool,
      contentIndex: index,
      start,
      end,
    },
  ];
}
