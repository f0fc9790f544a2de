import type { Guard, GuardAction } from "../../core/config/guard-config.ts";
import { guardActions } from "../../core/config/guard-config.ts";
import type { FindingType } from "../../core/model/finding.ts";
import type { AttributedMatch } from "../inspect/content-scanner.ts";
import type { GuardReason } from "./guard-request.ts";
import type { GuardrailHit } from "./guardrail-book.ts";

/** What a content was found to be, before a decision. */
export interface Judged {
  readonly matches: readonly AttributedMatch[];
  readonly guardrails: readonly GuardrailHit[];
  /** Why it could not be checked in full, such as `truncated`; empty: it was. */
  readonly failures: readonly string[];
}

export interface Decision {
  readonly action: GuardAction;
  readonly reasons: GuardReason[];
}

/** What is taken out rather than refused: the rest of the content is as good as before. */
const maskable: ReadonlySet<FindingType> = new Set(["secret_leak", "pii_leak"]);

/** An answer of little use harms nobody: it is told, and blocked only where configured. */
const usualCaps: Guard["actions"] = { degenerate_output: "warn" };

/**
 * Two stages: what would be a finding is blocked, or masked where a mask takes it away; what
 * is only an observation warns. A guardrail that denies blocks, one that asks warns. The
 * strictest reason decides; the configuration may cap what a type of finding leads to.
 */
export function decide(judged: Judged, config: Pick<Guard, "actions" | "onFailure">): Decision {
  const found = judged.matches.map((match) => ({
    action: capped(
      actionOf(match, judged.matches),
      config.actions[match.type] ?? usualCaps[match.type],
    ),
    reason: reasonOf(match),
  }));
  const denied = judged.guardrails.map(({ guardrail, rule, effect }) => ({
    action: effect === "deny" ? ("block" as const) : ("warn" as const),
    reason: { detector: "guardrail", guardrail, rule, score: 1 },
  }));
  const failed = judged.failures.map((rule) => ({
    action: config.onFailure === "closed" ? ("block" as const) : ("allow" as const),
    reason: { detector: "guard", rule, score: 0 },
  }));
  const weighed = [...denied, ...found, ...failed].toSorted(
    (a, b) => rank(b.action) - rank(a.action) || b.reason.score - a.reason.score,
  );
  return { action: weighed[0]?.action ?? "allow", reasons: weighed.map(({ reason }) => reason) };
}

function actionOf(match: AttributedMatch, all: readonly AttributedMatch[]): GuardAction {
  if (match.strength === "weak" && !isSupported(match, all)) {
    return "warn";
  }
  return maskable.has(match.type) ? "redact" : "block";
}

/** Two weak matches of one type by different detectors or rules are a finding together. */
function isSupported(match: AttributedMatch, all: readonly AttributedMatch[]): boolean {
  return all.some(
    ({ type, detector, rule }) =>
      type === match.type && (detector !== match.detector || rule !== match.rule),
  );
}

/** A mask takes away only what is maskable: elsewhere `redact` as a cap is a warning. */
function capped(action: GuardAction, cap: GuardAction | undefined): GuardAction {
  if (cap === undefined || rank(cap) >= rank(action)) {
    return action;
  }
  return cap === "redact" ? "warn" : cap;
}

function rank(action: GuardAction): number {
  return guardActions.indexOf(action);
}

function reasonOf({ type, detector, rule, score }: AttributedMatch): GuardReason {
  return { detector, type, rule, score };
}
