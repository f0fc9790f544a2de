import { parseArguments, type ToolCall } from "../tool-call.ts";

/** What a permission rule of Claude Code looks at in one tool call. */
export type ClaudeToolUse =
  | { readonly tool: "Bash"; readonly command: string }
  | { readonly tool: "WebFetch"; readonly url: string }
  | { readonly tool: "Read" | "Edit"; readonly path: string }
  | { readonly tool: "mcp"; readonly name: string };

type BuiltIn = "Bash" | "WebFetch" | "Read" | "Edit";

/**
 * Tools that do what a built-in tool of Claude Code does, by the names that agent frameworks
 * give them (compared without case and separators). A Map, as attackers write these names.
 */
const builtIn: ReadonlyMap<string, BuiltIn> = new Map([
  ["bash", "Bash"],
  ["shell", "Bash"],
  ["terminal", "Bash"],
  ["runcommand", "Bash"],
  ["executecommand", "Bash"],
  ["runshellcommand", "Bash"],
  ["webfetch", "WebFetch"],
  ["fetch", "WebFetch"],
  ["fetchurl", "WebFetch"],
  ["httpget", "WebFetch"],
  ["httppost", "WebFetch"],
  ["httprequest", "WebFetch"],
  ["browse", "WebFetch"],
  ["read", "Read"],
  ["readfile", "Read"],
  ["grep", "Read"],
  ["glob", "Read"],
  ["edit", "Edit"],
  ["write", "Edit"],
  ["writefile", "Edit"],
  ["multiedit", "Edit"],
  ["notebookedit", "Edit"],
]);

const argumentNames = {
  Bash: ["command", "cmd", "script"],
  WebFetch: ["url", "uri", "endpoint"],
  Read: ["file_path", "path", "filename", "file"],
  Edit: ["file_path", "path", "filename", "file", "notebook_path"],
} as const;

/** Every argument that a rule may look at; others need not be read from the store. */
export const ruleArguments: readonly string[] = [...new Set(Object.values(argumentNames).flat())];

/**
 * Reads a stored call the way Claude Code would name it. A tool of the service's own, such as
 * `export_report`, is the tool `mcp__<service>__export_report` of the MCP server named after
 * the service.
 */
export function claudeToolUse(call: ToolCall): ClaudeToolUse {
  const tool = builtIn.get(call.tool.toLowerCase().replace(/[_.\-\s]/g, ""));
  const text = tool && firstText(parseArguments(call), argumentNames[tool]);
  if (tool === undefined || text === undefined) {
    return { tool: "mcp", name: mcpName(call) };
  }
  switch (tool) {
    case "Bash":
      return { tool, command: text };
    case "WebFetch":
      return { tool, url: text };
    case "Read":
    case "Edit":
    default:
      return { tool, path: text };
  }
}

function mcpName({ service, tool }: ToolCall): string {
  return tool.startsWith("mcp__") ? tool : `mcp__${slug(service)}__${slug(tool)}`;
}

/** Claude Code replaces what its tool names cannot hold by an underscore. */
function slug(text: string): string {
  return text.replace(/[^A-Za-z0-9_-]/g, "_");
}

function firstText(
  values: ReadonlyMap<string, unknown>,
  names: readonly string[],
): string | undefined {
  return names.map((name) => values.get(name)).find(isText);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
