import type { Direction } from "../../core/model/genai.ts";
import {
  type ContentMatch,
  type ContentSubject,
  type Example,
  excerptOf,
} from "../detectors/content/content-detector.ts";
import type { AttributedMatch } from "../inspect/content-scanner.ts";
import type { FoundSecret } from "../redact/find-secrets.ts";
import type { Sighting } from "../redact/redactor.ts";
import type { SecretRule } from "../redact/rules/secret-rule.ts";
import type { CompiledRule } from "./compile-rule.ts";
import { createRuleEngine } from "./rule-engine.ts";
import type { UserRule } from "./user-rule.ts";

export interface RuleInspection {
  readonly matches: readonly AttributedMatch[];
  /** True where keywords named more places than the budget let patterns read. */
  readonly truncated: boolean;
}

/** A set of rules as the pipeline, `scan` and the guard use it. */
export interface RuleSet {
  count(): number;
  inspect(subject: ContentSubject): RuleInspection;
  /** What the redactor found, with what these rules want masked. */
  withSecrets(text: string, found: readonly FoundSecret[]): readonly FoundSecret[];
  /** A text for each rule that it must find, to prove that it is alive. */
  canaries(): readonly RuleCanary[];
}

export interface RuleCanary extends Pick<AttributedMatch, "detector" | "type" | "ruleVersion"> {
  readonly example: Example;
}

const nothing: RuleInspection = { matches: [], truncated: false };

/** Stands for text that was masked because nothing could read it; no rule's id looks like it. */
const unreadText = standIn("*unread*");

export function createRuleSet(rules: readonly CompiledRule[]): RuleSet {
  const masking = rules.filter(({ masks }) => masks);
  const findMasked = createRuleEngine(masking);
  const findPlain = createRuleEngine(rules.filter(({ masks }) => !masks));
  const standIns = new Map(masking.map((rule) => [rule, standIn(rule.rule.id)]));
  const byId = new Map(rules.map(({ rule }) => [rule.id, rule]));

  function inspect(subject: ContentSubject): RuleInspection {
    if (rules.length === 0) {
      return nothing;
    }
    const seen = subject.sightings.flatMap((sighting) => fromSighting(sighting, subject, byId));
    let truncated = false;
    const plain = subject.contents.flatMap((content, index) => {
      const { hits, unread } = findPlain(content.text);
      truncated ||= unread.length > 0;
      return hits
        .filter(({ rule }) => goesThatWay(rule.rule, content.direction))
        .map(({ rule, start, end }) =>
          toMatch(rule.rule, {
            index,
            start,
            end,
            subject,
            value: content.text.slice(start, end).slice(0, 120),
            excerpt: excerptOf(content.text, start, end),
          }),
        );
    });
    return { matches: [...seen, ...plain], truncated };
  }

  return {
    count: () => rules.length,
    inspect,
    withSecrets(text, found) {
      if (masking.length === 0) {
        return found;
      }
      const { hits, unread } = findMasked(text);
      // What could not be read in time is masked whole: it must not be stored in plain.
      const own = [
        ...hits.map(({ rule, start, end }) => ({
          rule: standIns.get(rule) ?? unreadText,
          start,
          end,
        })),
        ...unread.map(({ start, end }) => ({ rule: unreadText, start, end })),
      ];
      return own.length === 0 ? found : merged(own, found);
    },
    canaries: () =>
      rules.flatMap(({ rule }) => {
        const [text] = rule.mustMatch;
        const direction = rule.directions?.[0] ?? "output";
        return text === undefined ? [] : [{ ...nameOf(rule), example: { direction, text } }];
      }),
  };
}

function nameOf(rule: UserRule): Pick<AttributedMatch, "detector" | "type" | "ruleVersion"> {
  return { detector: `user:${rule.id}`, type: rule.type, ruleVersion: 1 };
}

function goesThatWay({ directions }: UserRule, direction: Direction): boolean {
  return directions === undefined || directions.some((name) => name === direction);
}

interface Place {
  readonly subject: ContentSubject;
  readonly index: number;
  readonly start: number;
  readonly end: number;
  readonly value: string;
  readonly excerpt: string;
}

function toMatch(rule: UserRule, place: Place): AttributedMatch {
  const { subject, index, start, end, value, excerpt } = place;
  const content = subject.contents[index];
  const match: ContentMatch = {
    rule: rule.id,
    targetClass: rule.id,
    score: rule.strength === "strong" ? 0.9 : 0.5,
    strength: rule.strength,
    severity: rule.severity,
    outcome: leaves(content?.direction) && !subject.failed ? "success" : "attempt",
    excerpt,
    maskedValue: value,
    location: content?.location ?? "",
    tool: content?.tool ?? "",
    contentIndex: index,
    start,
    end,
  };
  return { ...match, ...nameOf(rule) };
}

function leaves(direction: Direction | undefined): boolean {
  return direction === undefined || direction === "output" || direction === "tool_call";
}

/** What was masked for a rule, if it went a way that the rule is about. */
function fromSighting(
  { rule: secret, masked, excerpt, location }: Sighting,
  subject: ContentSubject,
  byId: ReadonlyMap<string, UserRule>,
): AttributedMatch[] {
  const rule = secret.user === true ? byId.get(secret.id) : undefined;
  if (rule === undefined) {
    return [];
  }
  const index = subject.contents.findIndex(
    ({ direction, text }) => goesThatWay(rule, direction) && text.includes(masked),
  );
  if (index < 0 && rule.directions !== undefined) {
    return [];
  }
  const start = subject.contents[index]?.text.indexOf(masked) ?? 0;
  const end = start + masked.length;
  const match = toMatch(rule, { subject, index, start, end, value: masked, excerpt });
  return [index < 0 ? { ...match, location } : match];
}

/** Ranges of both, in order and disjoint; where they overlap, the operator's rule names them. */
function merged(own: readonly FoundSecret[], found: readonly FoundSecret[]): FoundSecret[] {
  const all = [...own, ...found].toSorted((a, b) => a.start - b.start || b.end - a.end);
  const kept: FoundSecret[] = [];
  for (const each of all) {
    const last = kept.at(-1);
    if (last === undefined || each.start >= last.end) {
      kept.push(each);
      continue;
    }
    const rule = last.rule.user === true ? last.rule : each.rule;
    kept[kept.length - 1] = { rule, start: last.start, end: Math.max(last.end, each.end) };
  }
  return kept;
}

function standIn(id: string): SecretRule {
  return {
    id,
    keywords: [],
    anchor: "keyword",
    pattern: /$^/y,
    minEntropyBits: 0,
    shownPrefix: 0,
    confidence: "high",
    startsAt: "word",
    user: true,
    sample: "",
  };
}
