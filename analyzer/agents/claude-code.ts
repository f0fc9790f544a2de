import type { AttributeMap } from "../../core/model/telemetry.ts";
import { asText, member, structured } from "../normalize/node.ts";
import { cutText, flagOf, nameOf, numberOf, revisionOf, textOf } from "./attributes.ts";
import type { AgentEventParts, CodingAgent } from "./coding-agent.ts";

/**
 * Claude Code. Everything is in its log events; its spans (beta) repeat them and are read for
 * installations that export traces only. A `git commit` that succeeded comes as
 * `tool_parameters.git_commit_id` of the `tool_result`, beside `session.id` and `prompt.id`.
 * Its input token counts leave cached tokens out.
 *
 * @see https://code.claude.com/docs/en/monitoring-usage
 */
export const claudeCode: CodingAgent = {
  id: "claude-code",
  services: ["claude-code"],
  scopes: ["com.anthropic.claude_code"],
  prefixes: ["claude_code."],
  prefers: "log",
  sessionKeys: [],
  log: readLog,
  span: readSpan,
};

function readLog(name: string, attributes: AttributeMap): AgentEventParts[] {
  switch (name) {
    case "user_prompt":
      return [{ kind: "prompt", text: textOf(attributes, "prompt") }];
    case "assistant_response":
      return [{ kind: "response", text: textOf(attributes, "response"), ...modelOf(attributes) }];
    case "tool_result":
      return readToolResult(attributes);
    case "tool_decision":
      return [{ kind: "decision", ...toolOf(attributes), ...decisionOf(attributes, "source") }];
    case "api_request":
      return [{ kind: "api_request", ...usageOf(attributes) }];
    case "api_error":
    case "api_retries_exhausted":
    case "api_refusal":
      return [
        { kind: "api_error", success: false, ...errorOf(attributes), ...usageOf(attributes) },
      ];
    case "permission_mode_changed":
      return [
        {
          kind: "config_change",
          permissionMode: nameOf(attributes, "to_mode"),
          decisionSource: nameOf(attributes, "trigger"),
          text: `${nameOf(attributes, "from_mode")} to ${nameOf(attributes, "to_mode")}`,
        },
      ];
    default:
      return readSurroundings(name, attributes);
  }
}

function readSurroundings(name: string, attributes: AttributeMap): AgentEventParts[] {
  switch (name) {
    case "mcp_server_connection":
      return [
        {
          kind: "mcp_server",
          tool: nameOf(attributes, "server_name"),
          text: nameOf(attributes, "status"),
          success: nameOf(attributes, "status") === "connected",
        },
      ];
    case "hook_execution_complete":
      return [
        {
          kind: "hook",
          tool: nameOf(attributes, "hook_event"),
          decision: numberOf(attributes, "num_blocking") > 0 ? "reject" : "accept",
          decisionSource: "hook",
          durationMs: numberOf(attributes, "total_duration_ms", "duration_ms"),
        },
      ];
    case "plugin_installed":
    case "plugin_loaded":
    case "skill_activated":
      return [
        { kind: "plugin", tool: nameOf(attributes, "plugin.name", "skill.name"), text: name },
      ];
    case "subagent_completed":
      return [{ kind: "subagent", tool: nameOf(attributes, "agent_type"), ...usageOf(attributes) }];
    default:
      return [];
  }
}

function readToolResult(attributes: AttributeMap): AgentEventParts[] {
  const call = toolOf(attributes);
  const success = flagOf(attributes, "success");
  const result: AgentEventParts = {
    kind: "tool_result",
    ...call,
    ...errorOf(attributes),
    success,
    durationMs: numberOf(attributes, "duration_ms"),
    decision: nameOf(attributes, "decision_type"),
    decisionSource: nameOf(attributes, "decision_source"),
  };
  const revision = revisionOf(
    member(structured(attributes.get("tool_parameters")), "git_commit_id"),
  );
  return revision === "" ? [result] : [result, { kind: "commit", ...call, success, revision }];
}

/** Tool, call id and command; the command is logged only with `OTEL_LOG_TOOL_DETAILS`. */
function toolOf(attributes: AttributeMap): Partial<AgentEventParts> {
  const parameters = structured(attributes.get("tool_parameters"));
  const command =
    asText(member(parameters, "full_command") ?? member(parameters, "bash_command")) ||
    textOf(attributes, "full_command");
  return {
    tool: nameOf(attributes, "tool_name"),
    toolCallId: nameOf(attributes, "tool_use_id"),
    command: cutText(command),
  };
}

function decisionOf(attributes: AttributeMap, source: string): Partial<AgentEventParts> {
  return {
    decision: nameOf(attributes, "decision"),
    decisionSource: nameOf(attributes, source),
  };
}

function usageOf(attributes: AttributeMap): Partial<AgentEventParts> {
  const cacheReadTokens = numberOf(attributes, "cache_read_tokens");
  const cacheWriteTokens = numberOf(attributes, "cache_creation_tokens");
  return {
    ...modelOf(attributes),
    durationMs: numberOf(attributes, "duration_ms"),
    inputTokens: numberOf(attributes, "input_tokens") + cacheReadTokens + cacheWriteTokens,
    outputTokens: numberOf(attributes, "output_tokens"),
    cacheReadTokens,
    cacheWriteTokens,
    ...(attributes.has("cost_usd") && { costUsd: numberOf(attributes, "cost_usd") }),
  };
}

function modelOf(attributes: AttributeMap): { readonly model: string } {
  return { model: nameOf(attributes, "model") };
}

function errorOf(attributes: AttributeMap): { readonly text: string } {
  return { text: textOf(attributes, "error", "error_type", "category") };
}

function readSpan(name: string, attributes: AttributeMap): AgentEventParts[] {
  switch (name) {
    case "interaction":
      return [{ kind: "prompt", text: textOf(attributes, "user_prompt") }];
    case "llm_request": {
      const failed = flagOf(attributes, "success") === false;
      const usage = usageOf(attributes);
      return failed
        ? [{ kind: "api_error", success: false, ...errorOf(attributes), ...usage }]
        : [{ kind: "api_request", ...usage }];
    }
    case "tool":
      return [
        {
          kind: "tool_result",
          ...toolOf(attributes),
          durationMs: numberOf(attributes, "duration_ms"),
        },
      ];
    case "tool.blocked_on_user":
      return [{ kind: "decision", ...toolOf(attributes), ...decisionOf(attributes, "source") }];
    default:
      return [];
  }
}
