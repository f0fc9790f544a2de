import type { AttributeMap } from "../../core/model/telemetry.ts";
import { flagOf, nameOf, numberOf, textOf } from "./attributes.ts";
import type { AgentEventParts, CodingAgent } from "./coding-agent.ts";

/**
 * Cursor's Enterprise export (beta): log records and metrics pushed by its servers, no spans.
 * Names of events stand in the body. There are no prompts, responses or tool contents on this
 * wire, and tool calls come as metrics only; the one exception are the recorded shell commands
 * of its bot. Records come at least once; `cursor.event.id` tells copies.
 *
 * @see https://cursor.com/docs/enterprise/opentelemetry-export/wire
 */
export const cursor: CodingAgent = {
  id: "cursor",
  services: [],
  scopes: ["cursor.telemetry"],
  prefixes: ["cursor."],
  prefers: "log",
  sessionKeys: ["cursor.conversation.id"],
  log: readLog,
  span: () => [],
};

function readLog(name: string, attributes: AttributeMap): AgentEventParts[] {
  switch (name) {
    case "api_request":
    case "api.request":
      return [{ kind: "api_request", ...usageOf(attributes) }];
    case "api_error":
    case "api.error":
      return [
        {
          kind: "api_error",
          success: false,
          text: textOf(attributes, "cursor.api.error.type", "cursor.api.status"),
          ...usageOf(attributes),
        },
      ];
    case "hook_execution_complete":
    case "hook.execution_complete":
      return [
        {
          kind: "hook",
          tool: nameOf(attributes, "cursor.hook.name", "cursor.hook.type"),
          text: nameOf(attributes, "cursor.hook.outcome"),
          durationMs: numberOf(attributes, "cursor.hook.duration_ms"),
        },
      ];
    case "skill_activated":
    case "plugin_installed":
      return [
        {
          kind: "plugin",
          tool: nameOf(attributes, "cursor.plugin.name", "cursor.skill.name"),
          text: name,
        },
      ];
    case "cloud_agent_setup_completed":
      return [{ kind: "session_start", success: flagOf(attributes, "success") }];
    case "grok_bot_shell_command":
      return readShellCommand(attributes);
    default:
      return [];
  }
}

function readShellCommand(attributes: AttributeMap): AgentEventParts[] {
  const call = {
    tool: "shell_command",
    command: textOf(attributes, "cursor.grok_bot.shell.command"),
  };
  const allowed = flagOf(attributes, "cursor.grok_bot.shell.allowed");
  return allowed === false
    ? [{ kind: "decision", ...call, decision: "reject", decisionSource: "config" }]
    : [{ kind: "tool_result", ...call }];
}

/** Cursor names input, cache reads and cache writes as types of their own, which add up. */
function usageOf(attributes: AttributeMap): Partial<AgentEventParts> {
  const cacheReadTokens = numberOf(attributes, "cursor.api.request.cache_read_tokens");
  const cacheWriteTokens = numberOf(attributes, "cursor.api.request.cache_creation_tokens");
  const inputTokens = numberOf(attributes, "cursor.api.request.input_tokens");
  return {
    model: nameOf(attributes, "cursor.model.name"),
    inputTokens: inputTokens + cacheReadTokens + cacheWriteTokens,
    outputTokens: numberOf(attributes, "cursor.api.request.output_tokens"),
    cacheReadTokens,
    cacheWriteTokens,
  };
}
