import type { Content, GenAiRecord } from "../../../core/model/genai.ts";
import type { AttributeMap, LogRecord } from "../../../core/model/telemetry.ts";
import { type Dialect, firstString } from "../dialect.ts";
import { content } from "../messages.ts";
import { asText, member, structured } from "../node.ts";
import { attributeContents, otelFields } from "./otel.ts";

const eventPrefix = /^(?:claude_code|codex|gemini_cli)\./;

/** Spans and log events of Claude Code, Codex, Gemini CLI and Copilot, where names are theirs. */
export const codingAgents: Dialect = {
  id: "coding-agent",
  marks: ["full_command", "github.copilot.tool.parameters.command"],
  recognizes: (record) =>
    "eventName" in record
      ? eventPrefix.test(record.eventName) || eventPrefix.test(bodyName(record))
      : eventPrefix.test(record.name),
  fields: {
    ...otelFields,
    requestModel: [...otelFields.requestModel, "model"],
    responseModel: [...otelFields.responseModel, "model"],
    conversationId: [...otelFields.conversationId, "conversation.id"],
    agent: [...otelFields.agent, "agent.name"],
    tool: [...otelFields.tool, "tool_name", "function_name"],
    toolCallId: [...otelFields.toolCallId, "tool_use_id", "call_id"],
    inputTokens: [...otelFields.inputTokens, "input_tokens", "input_token_count"],
    outputTokens: [...otelFields.outputTokens, "output_tokens", "output_token_count"],
    cacheReadTokens: [...otelFields.cacheReadTokens, "cache_read_tokens", "cached_token_count"],
    cacheWriteTokens: [...otelFields.cacheWriteTokens, "cache_creation_tokens"],
  },
  adjust: (record, attributes) => ({ ...record, operation: operationOf(record, attributes) }),
  spanContents: ({ attributes }, record) => [
    ...attributeContents(attributes, record),
    ...commandContents(attributes, record),
  ],
  logContents: (log, record) => [
    ...attributeContents(log.attributes, record),
    ...commandContents(log.attributes, record),
    ...textContents(log),
  ],
};

function bodyName(record: LogRecord): string {
  return typeof record.body === "string" ? record.body : "";
}

function operationOf(record: GenAiRecord, attributes: AttributeMap): string {
  if (record.operation !== "") {
    return record.operation;
  }
  if (record.tool !== "" || attributes.has("full_command")) {
    return "execute_tool";
  }
  return record.outputTokens > 0 ? "chat" : "";
}

/** Commands and arguments, each under the name that the agent gives them. */
function commandContents(attributes: AttributeMap, record: GenAiRecord): Content[] {
  const tool = record.tool || "Bash";
  const { toolCallId } = record;
  const parameters = structured(attributes.get("tool_parameters"));
  const candidates: readonly (readonly [string, string])[] = [
    ["full_command", firstString(attributes, ["full_command"])],
    [
      "tool_parameters",
      asText(member(parameters, "full_command") ?? member(parameters, "bash_command")),
    ],
    ["tool_input", firstString(attributes, ["tool_input"])],
    ["arguments", firstString(attributes, ["arguments", "function_args"])],
    ["command", firstString(attributes, ["github.copilot.tool.parameters.command"])],
  ];
  const found = candidates.find(([, text]) => text !== "");
  const output = firstString(attributes, ["output", "tool_result"]);
  return [
    ...(found ? [content("tool_call", found[1], { location: found[0], tool, toolCallId })] : []),
    content("tool_result", output, { location: "output", tool, toolCallId, role: "tool" }),
  ];
}

function textContents({ attributes }: LogRecord): Content[] {
  return [
    content("input", firstString(attributes, ["prompt"]), { location: "prompt", role: "user" }),
    content("output", firstString(attributes, ["response"]), {
      location: "response",
      role: "assistant",
    }),
  ];
}
