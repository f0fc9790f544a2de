import type { AttributeMap } from "../../core/model/telemetry.ts";
import { asText, member, structured } from "../normalize/node.ts";
import { cutText, flagOf, nameOf, numberOf, textOf } from "./attributes.ts";
import type { AgentEventParts, CodingAgent } from "./coding-agent.ts";

/**
 * Gemini CLI. Log events; its spans (`llm_call`, `tool_call`) repeat them and are left to the
 * GenAI columns of `otel_traces`.
 *
 * @see https://github.com/google-gemini/gemini-cli docs/cli/telemetry.md
 */
export const geminiCli: CodingAgent = {
  id: "gemini-cli",
  services: ["gemini-cli"],
  scopes: ["gemini-cli"],
  prefixes: ["gemini_cli."],
  prefers: "log",
  sessionKeys: [],
  log: (name, attributes) =>
    readLog(name, attributes).map((parts) => ({
      permissionMode: nameOf(attributes, "active_approval_mode"),
      ...parts,
    })),
  span: () => [],
};

function readLog(name: string, attributes: AttributeMap): AgentEventParts[] {
  switch (name) {
    case "config":
      return [
        {
          kind: "session_start",
          model: nameOf(attributes, "model"),
          permissionMode: nameOf(attributes, "approval_mode"),
        },
      ];
    case "conversation_finished":
      return [{ kind: "session_end" }];
    case "user_prompt":
      return [{ kind: "prompt", text: textOf(attributes, "prompt") }];
    case "tool_call":
      return readToolCall(attributes);
    case "api_response":
      return [{ kind: "api_request", ...usageOf(attributes) }];
    case "api_error":
      return [
        {
          kind: "api_error",
          success: false,
          text: textOf(attributes, "error", "error_type"),
          ...usageOf(attributes),
        },
      ];
    case "approval_mode_switch":
      return [
        {
          kind: "config_change",
          permissionMode: nameOf(attributes, "to_mode"),
          text: `${nameOf(attributes, "from_mode")} to ${nameOf(attributes, "to_mode")}`,
        },
      ];
    case "extension_install":
    case "extension_enable":
    case "extension_update":
      return [{ kind: "plugin", tool: nameOf(attributes, "extension_name"), text: name }];
    case "agent.finish":
      return [
        {
          kind: "subagent",
          tool: nameOf(attributes, "agent_name"),
          text: nameOf(attributes, "terminate_reason"),
          durationMs: numberOf(attributes, "duration_ms"),
        },
      ];
    default:
      return [];
  }
}

/** One record tells of the decision and of the result; a refused call has no result. */
function readToolCall(attributes: AttributeMap): AgentEventParts[] {
  const call = {
    tool: nameOf(attributes, "function_name"),
    command: cutText(asText(member(structured(attributes.get("function_args")), "command"))),
  };
  const decision = nameOf(attributes, "decision");
  const refused = decision === "reject";
  const result: AgentEventParts = {
    kind: "tool_result",
    ...call,
    decision,
    success: flagOf(attributes, "success"),
    durationMs: numberOf(attributes, "duration_ms"),
    text: textOf(attributes, "error", "error_type"),
  };
  const decided: AgentEventParts = {
    kind: "decision",
    ...call,
    decision: refused ? "reject" : "accept",
    decisionSource: decision === "auto_accept" ? "config" : "user_temporary",
  };
  return [...(decision === "" ? [] : [decided]), ...(refused ? [] : [result])];
}

function usageOf(attributes: AttributeMap): Partial<AgentEventParts> {
  return {
    model: nameOf(attributes, "model"),
    durationMs: numberOf(attributes, "duration_ms"),
    // Cached tokens are among the input; thoughts are counted and billed as output.
    inputTokens: numberOf(attributes, "input_token_count"),
    outputTokens:
      numberOf(attributes, "output_token_count") + numberOf(attributes, "thoughts_token_count"),
    cacheReadTokens: numberOf(attributes, "cached_content_token_count"),
  };
}
