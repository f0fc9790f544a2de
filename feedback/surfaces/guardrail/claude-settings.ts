import type { Finding } from "../../../core/model/finding.ts";
import {
  backtestRule,
  benignBlockRate,
  chooseRule,
  isAsStrict,
  type TestedRule,
} from "../../backtest.ts";
import type { FileEdit } from "../../text/unified-diff.ts";
import type { DraftInput, SurfaceDraft, SurfaceFormat } from "../surface-format.ts";
import { addAdvice } from "./advice-block.ts";
import { addPermissionRule, permissionRules, type RuleList } from "./settings-edit.ts";

const defaultFile = ".claude/settings.json";

/**
 * A `deny` or `ask` rule in the project settings of Claude Code, which the runtime enforces,
 * with one line of advice in CLAUDE.md or AGENTS.md beside it. Both are one patch; the
 * proposal's target is the enforced file.
 */
export const claudeSettings: SurfaceFormat = {
  surface: "guardrail",
  format: "claude-settings",
  enforcement: "enforced",
  path: (repository) => repository?.guardrail.settingsFile ?? defaultFile,
  draft,
  covers: (control, wanted, sample) => isAsStrict(control, wanted.control, sample),
  backtest: (control, sample) => (control === "" ? null : backtestRule(control, sample)),
};

async function draft(input: DraftInput): Promise<SurfaceDraft> {
  const { sample, maxBenignBlockRate } = input;
  const tested = chooseRule(sample, maxBenignBlockRate);
  if (tested === undefined) {
    return held("No stored tool call of this finding fits a rule that may be written.");
  }
  // A rule that has stopped harmless calls asks a person instead of refusing.
  const list: RuleList = tested.backtest.benignBlocked === 0 ? "deny" : "ask";
  const path = claudeSettings.path(input.repository);
  const before = await input.readFile(path);
  const edit = addPermissionRule(before, list, tested.rule);
  const summary = `Add \`${tested.rule}\` to \`permissions.${list}\` in \`${path}\`.`;
  const inForce = before === null ? [] : permissionRules(before, list);
  const isInPlace =
    edit.status === "in_place" || inForce.some((rule) => isAsStrict(rule, tested.rule, sample));
  const common = { summary, control: tested.rule, backtest: tested.backtest, isInPlace };
  if (edit.status !== "edited") {
    const hold = edit.status === "refused" ? edit.reason : "The rule is already in the file.";
    return { ...common, edits: [], hold };
  }
  const advice = await adviceEdit(input, tested.rule);
  const edits = [{ path, before, after: edit.text }, ...advice];
  return { ...common, edits, hold: blockRateHold(tested, maxBenignBlockRate) };
}

function held(hold: string): SurfaceDraft {
  const summary = "Limit the tool calls of this finding by hand.";
  return { summary, control: "", edits: [], backtest: null, hold, isInPlace: false };
}

function blockRateHold({ backtest }: TestedRule, limit: number): string {
  const rate = benignBlockRate(backtest);
  return rate <= limit
    ? ""
    : `The best rule would stop ${percent(rate)} of harmless calls; the limit is ${percent(limit)}.`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

/** The advisory companion: never made where agents have no instruction file yet. */
async function adviceEdit(input: DraftInput, rule: string): Promise<FileEdit[]> {
  const configured = input.repository?.guardrail.adviceFile ?? "";
  const paths = configured === "" ? ["CLAUDE.md", "AGENTS.md"] : [configured];
  for (const path of paths) {
    const before = input.repository === null ? null : await input.readFile(path);
    if (before !== null) {
      const edit = addAdvice(before, adviceBullet(input.finding, rule));
      return edit.status === "edited" ? [{ path, before, after: edit.text }] : [];
    }
  }
  return [];
}

const reasons: Readonly<Record<string, string>> = {
  data_exfiltration: "it carried data out of the system",
  "prompt_injection.indirect": "content from outside steered it",
  secret_leak: "it exposed a secret",
  unsafe_command: "it ran a harmful command",
};

function adviceBullet({ type, fingerprint }: Finding, rule: string): string {
  const reason = reasons[type] ?? "it was part of a finding";
  return `- Do not use \`${rule}\`: ${reason} (Telltale finding ${fingerprint.slice(0, 8)}).`;
}
