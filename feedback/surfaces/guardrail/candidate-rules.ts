import { hostSlot, mcpToolSlot, pathSlot } from "../../text/slots.ts";
import { hostOf } from "./claude-permission-rule.ts";
import type { ClaudeToolUse } from "./claude-tool-use.ts";
import { shellCommands } from "./shell-commands.ts";

/** A rule that could be proposed; the narrowest kinds of rule come first. */
export interface CandidateRule {
  readonly rule: string;
  /** 0 is the narrowest: one host, one file; 3 the widest: every use of one tool. */
  readonly breadth: 0 | 1 | 2 | 3;
}

/**
 * Rules that would have matched at least one of the given tool uses, built from typed slots
 * only. A use whose values fit no slot gives none.
 */
export function candidateRules(uses: readonly ClaudeToolUse[]): CandidateRule[] {
  const rules = new Map(uses.flatMap(candidatesOf).map((rule) => [rule.rule, rule]));
  return [...rules.values()];
}

function candidatesOf(use: ClaudeToolUse): CandidateRule[] {
  switch (use.tool) {
    case "mcp":
      return rulesOf(mcpToolSlot(use.name), (name) => [{ rule: name, breadth: 3 }]);
    case "WebFetch":
      return rulesOf(hostSlot(hostOf(use.url) ?? ""), (host) => [
        { rule: `WebFetch(domain:${host})`, breadth: 0 },
      ]);
    case "Bash":
      return shellCommands(use.command).flatMap(commandRules);
    case "Read":
    case "Edit":
    default:
      return pathRules(use.tool, use.path);
  }
}

function rulesOf(
  slot: string | undefined,
  make: (slot: string) => CandidateRule[],
): CandidateRule[] {
  return slot === undefined ? [] : make(slot);
}

/** Commands worth a rule; interpreters and builders are not: the rule would stop ordinary work. */
const knownCommands: ReadonlySet<string> = new Set(
  (
    "curl wget nc ncat netcat socat ssh scp sftp rsync ftp telnet dd mkfs shred rm chmod chown " +
    "sudo su doas crontab systemctl iptables eval base64 xxd openssl gpg aws gcloud az kubectl " +
    "helm docker podman terraform git gh npm pnpm yarn pip psql mysql mongo redis-cli env printenv"
  ).split(" "),
);

/** Commands with harmless uses everywhere: only a rule with their subcommand is proposed. */
const needsSubcommand: ReadonlySet<string> = new Set(
  "git gh npm pnpm yarn pip docker podman kubectl helm aws gcloud az terraform".split(" "),
);

function commandRules(command: string): CandidateRule[] {
  const [name = "", subcommand = ""] = command.split(/\s+/);
  if (!knownCommands.has(name)) {
    return [];
  }
  const rules: CandidateRule[] = [];
  if (/^[a-z][a-z0-9-]{0,31}$/.test(subcommand)) {
    rules.push({ rule: `Bash(${name} ${subcommand}:*)`, breadth: 1 });
  }
  if (!needsSubcommand.has(name)) {
    rules.push({ rule: `Bash(${name}:*)`, breadth: 2 });
  }
  return rules;
}

/** Folders and files that hold secrets, as patterns of a path rule. */
const sensitivePaths: readonly { readonly test: RegExp; readonly pattern: string }[] = [
  { test: /(?:^|\/)\.env(?:\.[A-Za-z0-9]+)?$/, pattern: ".env*" },
  { test: /^~\/\.ssh\//, pattern: "~/.ssh/**" },
  { test: /^~\/\.aws\//, pattern: "~/.aws/**" },
  { test: /(?:^|\/)secrets\//, pattern: "./secrets/**" },
];

function pathRules(tool: "Read" | "Edit", path: string): CandidateRule[] {
  const slot = pathSlot(path);
  if (slot === undefined) {
    return [];
  }
  const folders = sensitivePaths
    .filter(({ test }) => test.test(path))
    .map(({ pattern }): CandidateRule => ({ rule: `${tool}(${pattern})`, breadth: 1 }));
  return [{ rule: `${tool}(${rulePath(slot)})`, breadth: 0 }, ...folders];
}

/** A rule spells an absolute path with two slashes and a project path with `./`. */
function rulePath(path: string): string {
  if (path.startsWith("/")) {
    return `/${path}`;
  }
  return path.startsWith("~/") || path.startsWith("./") ? path : `./${path}`;
}
