import type { Proposal } from "../../core/model/proposal.ts";

/** What an approved guardrail does with a tool call that it matches. */
export type GuardrailEffect = "deny" | "ask";

/** A rule that an approved proposal adds to the settings of an agent. */
export interface ApprovedRule {
  /** As Claude Code writes it, such as `Bash(curl:*)`. */
  readonly rule: string;
  readonly effect: GuardrailEffect;
}

/** The only format whose rules say by themselves which calls they stop. */
const readableFormat = "claude-settings";

/**
 * The rules that a proposal's patch adds to `permissions.deny` and `permissions.ask`. A patch
 * shows three lines around a change, so the name of a long list may be missing: then the page
 * names it, and a rule whose list nobody names asks rather than denies.
 */
export function approvedRules({ target, patch, body }: Proposal): ApprovedRule[] {
  if (target.format !== readableFormat) {
    return [];
  }
  const before = new Set<string>();
  const added = new Map<string, GuardrailEffect | "allow" | null>();
  let list: GuardrailEffect | "allow" | null = null;
  for (const line of fileLines(patch, target.path)) {
    if (line.startsWith("@@")) {
      list = null;
      continue;
    }
    for (const token of line.slice(1).matchAll(listOrText)) {
      const [, named, text] = token;
      if (named !== undefined) {
        list = listOf(named);
      } else if (text !== undefined && line.startsWith("+")) {
        added.set(text, list);
      } else if (text !== undefined) {
        before.add(text);
      }
    }
  }
  return [...added].flatMap(([text, found]) => {
    const rule = unescaped(text);
    if (before.has(text) || found === "allow" || rule === null) {
      return [];
    }
    return [{ rule, effect: found ?? effectOnPage(body, rule) }];
  });
}

/** `"deny":` opens a list; any other JSON text is one of its rules. */
const listOrText = /"([A-Za-z]+)"\s*:|"((?:[^"\\]|\\.){1,500})"/g;

function listOf(name: string): GuardrailEffect | "allow" | null {
  return name === "deny" || name === "ask" || name === "allow" ? name : null;
}

/** Lines of one file of a patch, from its first hunk on. */
function fileLines(patch: string, path: string): string[] {
  const lines = patch.split("\n");
  const start = lines.findIndex((line) => line === `+++ b/${path}`);
  if (start < 0) {
    return [];
  }
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => line.startsWith("diff --git "));
  return end < 0 ? rest : rest.slice(0, end);
}

function unescaped(text: string): string | null {
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    return null;
  }
}

function effectOnPage(body: string, rule: string): GuardrailEffect {
  return body.includes(`Add \`${rule}\` to \`permissions.deny\``) ? "deny" : "ask";
}
