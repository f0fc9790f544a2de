import type { AttributeMap } from "../../core/model/telemetry.ts";
import { asText, member, structured } from "../normalize/node.ts";
import { cutText, flagOf, nameOf, numberOf, textOf } from "./attributes.ts";
import type { AgentEventParts, CodingAgent } from "./coding-agent.ts";

/**
 * OpenAI Codex: CLI, exec and app server. Log events only: its spans carry the same events
 * without content. Arguments and output of tools are in clear in `codex.tool_result`.
 *
 * @see https://github.com/openai/codex codex-rs/otel/src/events/session_telemetry.rs
 */
export const codex: CodingAgent = {
  id: "codex",
  services: ["codex_cli_rs", "codex_exec", "codex-app-server", "codex"],
  scopes: ["codex_otel", "codex_"],
  prefixes: ["codex."],
  prefers: "log",
  sessionKeys: ["conversation.id"],
  log: readLog,
  span: () => [],
};

function readLog(name: string, attributes: AttributeMap): AgentEventParts[] {
  switch (name) {
    case "conversation_starts":
      return [
        {
          kind: "session_start",
          model: nameOf(attributes, "model"),
          permissionMode: policyOf(attributes),
        },
        ...serversOf(attributes),
      ];
    case "user_prompt":
      return [{ kind: "prompt", text: textOf(attributes, "prompt") }];
    case "tool_decision":
      return [
        {
          kind: "decision",
          ...callOf(attributes),
          decision: canonicalDecision(nameOf(attributes, "decision")),
          decisionSource: nameOf(attributes, "source"),
        },
      ];
    case "tool_result":
      return [
        {
          kind: "tool_result",
          ...callOf(attributes),
          success: flagOf(attributes, "success"),
          durationMs: numberOf(attributes, "duration_ms"),
        },
      ];
    case "api_request":
      return readRequest(attributes);
    case "sse_event":
    case "websocket_event":
      return readStreamEvent(attributes);
    default:
      return [];
  }
}

/** `codex.api_request` tells of the request; tokens come with the end of the stream. */
function readRequest(attributes: AttributeMap): AgentEventParts[] {
  const text = textOf(attributes, "error.message");
  const failed = text !== "" || numberOf(attributes, "http.response.status_code") >= 400;
  const shared = {
    model: nameOf(attributes, "model"),
    durationMs: numberOf(attributes, "duration_ms"),
  };
  return failed ? [{ kind: "api_error", success: false, text, ...shared }] : [];
}

function readStreamEvent(attributes: AttributeMap): AgentEventParts[] {
  const kind = nameOf(attributes, "event.kind");
  if (kind === "response.failed") {
    return [{ kind: "api_error", success: false, text: textOf(attributes, "error.message") }];
  }
  return kind === "response.completed"
    ? [
        {
          kind: "api_request",
          model: nameOf(attributes, "model"),
          durationMs: numberOf(attributes, "duration_ms"),
          // OpenAI counts cached tokens among the input, reasoning among the output.
          inputTokens: numberOf(attributes, "input_token_count"),
          outputTokens: numberOf(attributes, "output_token_count"),
          cacheReadTokens: numberOf(attributes, "cached_token_count"),
        },
      ]
    : [];
}

function callOf(attributes: AttributeMap): Partial<AgentEventParts> {
  return {
    tool: nameOf(attributes, "tool_name"),
    toolCallId: nameOf(attributes, "call_id"),
    command: commandOf(attributes),
  };
}

/** `["bash", "-lc", "…"]` or a plain command; patches and other arguments are no command. */
function commandOf(attributes: AttributeMap): string {
  const given = structured(attributes.get("arguments"));
  const command = member(given, "command") ?? member(given, "cmd");
  return cutText(Array.isArray(command) ? command.map(asText).join(" ") : asText(command));
}

function policyOf(attributes: AttributeMap): string {
  return ["approval_policy", "sandbox_policy"]
    .map((key) => nameOf(attributes, key))
    .filter((text) => text !== "")
    .join("/");
}

function serversOf(attributes: AttributeMap): AgentEventParts[] {
  return nameOf(attributes, "mcp_servers")
    .split(",")
    .map((server) => server.trim())
    .filter((server) => server !== "")
    .map((tool) => ({ kind: "mcp_server", tool, text: "configured" }));
}

function canonicalDecision(decision: string): string {
  switch (decision.toLowerCase()) {
    case "approved":
    case "approved_for_session":
    case "approved_execpolicy_amendment":
      return "accept";
    case "denied":
    case "abort":
      return "reject";
    default:
      return decision;
  }
}
