import { statSync } from "node:fs";
import { StartError } from "../../core/start-error.ts";
import type { FoundSecret } from "../redact/find-secrets.ts";
import { filesOf, loadRules } from "./load-rules.ts";
import { createRuleSet, type RuleSet } from "./rule-set.ts";

/** Rules of the operator's own, read again when their files change. */
export interface UserRules extends RuleSet {
  /** Reads changed files; with a mistake in them the rules stay as they were. */
  refresh(): RulesRefresh;
  /** The same, at most once a second; for callers without a timer. */
  follow(): void;
}

export interface RulesRefresh {
  readonly changed: boolean;
  readonly problems: readonly string[];
}

const followMs = 1000;

/**
 * @param paths files, or folders whose YAML files are read.
 * @throws StartError naming file, rule and what to do.
 */
export function openUserRules(paths: readonly string[]): UserRules {
  let stamp = stampOf(paths);
  let current = open(paths);
  let lookAgainAt = 0;

  function refresh(): RulesRefresh {
    const now = stampOf(paths);
    if (now === stamp) {
      return { changed: false, problems: [] };
    }
    // Noted first: a mistake is told once, not every second.
    stamp = now;
    const { rules, problems } = loadRules(paths);
    if (problems.length === 0) {
      current = createRuleSet(rules);
    }
    return { changed: true, problems };
  }

  return {
    count: () => current.count(),
    inspect: (subject) => current.inspect(subject),
    withSecrets: (text: string, found: readonly FoundSecret[]) => current.withSecrets(text, found),
    canaries: () => current.canaries(),
    refresh,
    follow() {
      if (paths.length > 0 && Date.now() >= lookAgainAt) {
        lookAgainAt = Date.now() + followMs;
        refresh();
      }
    },
  };
}

function open(paths: readonly string[]): RuleSet {
  const { rules, problems } = loadRules(paths);
  if (problems.length > 0) {
    throw new StartError(
      `The rules have ${problems.length} problem(s):\n- ${problems.join("\n- ")}`,
    );
  }
  return createRuleSet(rules);
}

/** Changes with every file that comes, goes or is written. */
function stampOf(paths: readonly string[]): string {
  return paths
    .flatMap((path) => filesOf(path, []))
    .map((file) => `${file} ${stampOfFile(file)}`)
    .join("\n");
}

function stampOfFile(file: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(file);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return "gone";
  }
}
