import { hostSlot } from "../../text/slots.ts";
import type { ClaudeToolUse } from "./claude-tool-use.ts";
import { matchesPath, matchesWildcard } from "./path-pattern.ts";
import { shellCommands } from "./shell-commands.ts";

/** One entry of `permissions.allow`, `ask` or `deny` in a settings file of Claude Code. */
export type ClaudePermissionRule =
  | { readonly tool: "Bash"; readonly command: string | null }
  | { readonly tool: "WebFetch"; readonly domain: string | null }
  | { readonly tool: "Read" | "Edit"; readonly path: string | null }
  | { readonly tool: "mcp"; readonly server: string; readonly name: string | null };

const builtInRule = /^(Bash|WebFetch|Read|Edit)(?:\(([^)\n]+)\))?$/;
const mcpRule = /^mcp__([A-Za-z0-9_-]+?)(?:__([A-Za-z0-9_-]+|\*))?$/;

/**
 * Parses the rules that Telltale writes or replays; undefined for any other text. Path rules
 * exist for `Read` and `Edit` only: Claude Code accepts `Write(path)` and never consults it.
 */
export function parsePermissionRule(text: string): ClaudePermissionRule | undefined {
  const mcp = mcpRule.exec(text);
  if (mcp !== null) {
    const name = mcp[2] === undefined || mcp[2] === "*" ? null : mcp[2];
    return { tool: "mcp", server: mcp[1] ?? "", name };
  }
  const [, tool, specifier = null] = builtInRule.exec(text) ?? [];
  if (tool === "Bash") {
    return { tool, command: specifier === "*" ? null : specifier };
  }
  if (tool === "Read" || tool === "Edit") {
    return { tool, path: specifier };
  }
  return tool === "WebFetch" ? webFetchRule(specifier) : undefined;
}

function webFetchRule(specifier: string | null): ClaudePermissionRule | undefined {
  if (specifier === null) {
    return { tool: "WebFetch", domain: null };
  }
  const domain = specifier.startsWith("domain:") ? specifier.slice("domain:".length) : "";
  const host = hostSlot(domain.replace(/^\*\./, ""));
  return host === undefined ? undefined : { tool: "WebFetch", domain: domain.toLowerCase() };
}

/** Whether a rule matches a tool use: what a `deny` would stop and an `ask` would hold. */
export function matchesRule(rule: ClaudePermissionRule, use: ClaudeToolUse): boolean {
  if (rule.tool === "Bash" && use.tool === "Bash") {
    return rule.command === null || matchesCommand(rule.command, use.command);
  }
  if (rule.tool === "WebFetch" && use.tool === "WebFetch") {
    return rule.domain === null || matchesDomain(rule.domain, use.url);
  }
  if (rule.tool === "Read" || rule.tool === "Edit") {
    return use.tool === rule.tool && (rule.path === null || matchesPath(rule.path, use.path));
  }
  if (rule.tool === "mcp" && use.tool === "mcp") {
    const prefix = `mcp__${rule.server}__`;
    return rule.name === null ? use.name.startsWith(prefix) : use.name === prefix + rule.name;
  }
  return false;
}

/** `prefix:*` ends at a word boundary; `*` elsewhere is any text; else the whole command. */
function matchesCommand(pattern: string, line: string): boolean {
  const prefix = pattern.endsWith(":*") ? pattern.slice(0, -2) : undefined;
  const candidates = [line.trim(), ...shellCommands(line)];
  return candidates.some((command) =>
    prefix === undefined
      ? matchesGlob(pattern, command)
      : command === prefix || command.startsWith(`${prefix} `),
  );
}

/** A single trailing ` *` also matches the command without arguments. */
function matchesGlob(pattern: string, command: string): boolean {
  const bare = pattern.endsWith(" *") ? pattern.slice(0, -2) : undefined;
  return (bare !== undefined && command === bare) || matchesWildcard(pattern, command);
}

function matchesDomain(domain: string, url: string): boolean {
  const host = hostOf(url);
  if (host === undefined) {
    return false;
  }
  return domain.startsWith("*.") ? host.endsWith(domain.slice(1)) : host === domain;
}

/** Host of an http(s) URL in lower-case ASCII; undefined when it is none. */
export function hostOf(url: string): string | undefined {
  if (!URL.canParse(url)) {
    return undefined;
  }
  const { protocol, hostname } = new URL(url);
  const isWeb = protocol === "https:" || protocol === "http:";
  return isWeb ? hostname.toLowerCase().replace(/\.$/, "") : undefined;
}
