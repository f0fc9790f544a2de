import type { Backtest } from "../core/model/proposal.ts";
import { type CandidateRule, candidateRules } from "./surfaces/guardrail/candidate-rules.ts";
import { matchesRule, parsePermissionRule } from "./surfaces/guardrail/claude-permission-rule.ts";
import { claudeToolUse } from "./surfaces/guardrail/claude-tool-use.ts";
import type { ToolCall } from "./surfaces/tool-call.ts";

/** Stored tool calls around a finding, already split. */
export interface CallSample {
  readonly window: { readonly from: string; readonly to: string };
  /** Calls that the finding is about. */
  readonly flagged: readonly ToolCall[];
  /** Calls of the same service and environment in traces without any detection of it. */
  readonly benign: readonly ToolCall[];
}

export interface TestedRule extends CandidateRule {
  readonly backtest: Backtest;
}

/**
 * Replays one rule over stored calls: how many flagged calls it would have stopped, and how
 * many others. Counts are distinct tool calls.
 */
export function backtestRule(rule: string, sample: CallSample): Backtest {
  const stops = stoppedBy(rule);
  return {
    window: sample.window,
    flaggedCaught: sample.flagged.filter(stops).length,
    flaggedTotal: sample.flagged.length,
    benignBlocked: sample.benign.filter(stops).length,
    benignTotal: sample.benign.length,
  };
}

/** Whether a rule stops at least every flagged call that another one stops, if there is any. */
export function isAsStrict(rule: string, other: string, { flagged }: CallSample): boolean {
  const wanted = flagged.filter(stoppedBy(other));
  return wanted.length > 0 && wanted.every(stoppedBy(rule));
}

function stoppedBy(rule: string): (call: ToolCall) => boolean {
  const parsed = parsePermissionRule(rule);
  return (call) => parsed !== undefined && matchesRule(parsed, claudeToolUse(call));
}

/**
 * The best rule for a sample: among rules within the limit of blocked benign calls the one that
 * catches most, then blocks least, then is narrowest, then comes first in the alphabet. When
 * no rule is within the limit, the one that blocks least. Undefined when no rule fits a slot.
 */
export function chooseRule(sample: CallSample, maxBenignBlockRate: number): TestedRule | undefined {
  const tested = candidateRules(sample.flagged.map(claudeToolUse))
    .map((candidate) => ({ ...candidate, backtest: backtestRule(candidate.rule, sample) }))
    .filter(({ backtest }) => backtest.flaggedCaught > 0);
  const acceptable = tested.filter(
    ({ backtest }) => benignBlockRate(backtest) <= maxBenignBlockRate,
  );
  return acceptable.length > 0
    ? acceptable.toSorted(byCatch)[0]
    : tested.toSorted((a, b) => byBlocked(a, b) || byCatch(a, b))[0];
}

/** Share of benign calls that the rule stops, 0 without benign calls. */
export function benignBlockRate({ benignBlocked, benignTotal }: Backtest): number {
  return benignTotal === 0 ? 0 : benignBlocked / benignTotal;
}

function byCatch(a: TestedRule, b: TestedRule): number {
  return (
    b.backtest.flaggedCaught - a.backtest.flaggedCaught ||
    byBlocked(a, b) ||
    a.breadth - b.breadth ||
    (a.rule < b.rule ? -1 : 1)
  );
}

function byBlocked(a: TestedRule, b: TestedRule): number {
  return a.backtest.benignBlocked - b.backtest.benignBlocked;
}
