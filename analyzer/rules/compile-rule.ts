import { RE2JS } from "re2js";
import { entropyBits } from "../scan/entropy.ts";
import { ruleBounds, type UserRule } from "./user-rule.ts";

/** Where a rule matched; the range is that of the group that its author meant. */
export interface RuleMatch {
  readonly start: number;
  readonly end: number;
}

export interface CompiledRule {
  readonly rule: UserRule;
  /** Whether what matches is masked before storage. */
  readonly masks: boolean;
  /** Matches within `text`, at most 20; linear in its length. */
  match(text: string): RuleMatch[];
}

/** A rule that cannot run; the message says why and what to do. */
export class RuleError extends Error {
  override readonly name = "RuleError";
}

const maxMatches = 20;

/**
 * Compiles a rule for RE2's engine, which knows no look-around and no back references and
 * therefore runs in time linear in the text.
 *
 * @throws RuleError in words.
 */
export function compileRule(rule: UserRule): CompiledRule {
  const expression = compiled(rule.pattern, "pattern");
  const allowed = rule.allow.patterns.map((text) => compiled(text, "allow.patterns"));
  const words = rule.allow.words.map((word) => word.toLowerCase());
  const groups = expression.groupCount();
  if (rule.group !== undefined && rule.group > groups) {
    throw new RuleError(`group: expected at most ${groups}, as the pattern has no more groups`);
  }

  function isAllowed(value: string): boolean {
    const lower = value.toLowerCase();
    return (
      words.some((word) => lower.includes(word)) ||
      allowed.some((each) => each.matcher(value).find())
    );
  }

  return {
    rule,
    masks: rule.mask ?? (rule.type === "secret_leak" || rule.type === "pii_leak"),
    match: (text) => {
      // Whether there is a match takes a fraction of the time of where.
      if (!expression.test(text)) {
        return [];
      }
      const found: RuleMatch[] = [];
      const matcher = expression.matcher(text);
      while (found.length < maxMatches && matcher.find()) {
        const group = rule.group ?? firstGroup(matcher, groups);
        const [start, end] = [matcher.start(group), matcher.end(group)];
        const value = text.slice(start, end);
        if (isReal(value) && entropyBits(value) >= rule.entropy && !isAllowed(value)) {
          found.push({ start, end });
        }
      }
      return found;
    },
  };
}

/** An empty group is no match, and neither is a mask: what is masked must not be masked again. */
function isReal(value: string): boolean {
  return value !== "" && !value.includes("****");
}

function firstGroup(matcher: ReturnType<RE2JS["matcher"]>, groups: number): number {
  for (let group = 1; group <= groups; group += 1) {
    if (matcher.start(group) >= 0 && matcher.end(group) > matcher.start(group)) {
      return group;
    }
  }
  return 0;
}

function compiled(pattern: string, field: string): RE2JS {
  let expression: RE2JS;
  try {
    expression = RE2JS.compile(pattern);
  } catch (error) {
    const why = error instanceof Error ? error.message.replace("error parsing regexp: ", "") : "";
    throw new RuleError(
      `${field}: RE2 cannot run ${JSON.stringify(pattern.slice(0, 120))} (${why}); ` +
        "it has no look-around and no back references, and repeats at most 1000 times",
    );
  }
  if (expression.programSize() > ruleBounds.programSize) {
    throw new RuleError(
      `${field}: expected a program of at most ${ruleBounds.programSize} steps, ` +
        `got ${expression.programSize()}; lower the bounds of its repeats`,
    );
  }
  return expression;
}
