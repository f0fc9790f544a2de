import type { Content } from "../../../core/model/genai.ts";
import type { AttributeMap, LogRecord, Span } from "../../../core/model/telemetry.ts";
import { agentOf } from "../../agents/agent-of.ts";
import { type Dialect, firstString, type Source } from "../dialect.ts";
import type { GenAiDraft } from "../draft.ts";
import { content, readMessages } from "../messages.ts";
import { asText, member, structured } from "../node.ts";
import { otelFields, otelReferences } from "./otel.ts";

/**
 * Log events of Claude Code, Codex, Gemini CLI, Copilot and Cursor, and spans of Claude Code:
 * those with names of their own. What these agents write in GenAI conventions is read as such.
 */
export const codingAgents: Dialect = {
  id: "coding-agent",
  marks: ["full_command", "github.copilot.tool.parameters.command"],
  recognizes,
  fields: {
    ...otelFields,
    requestModel: [...otelFields.requestModel, "model", "cursor.model.name"],
    conversationId: [...otelFields.conversationId, "conversation.id", "cursor.conversation.id"],
    agent: [...otelFields.agent, "agent.name"],
    tool: [...otelFields.tool, "tool_name", "function_name"],
    toolCallId: [...otelFields.toolCallId, "tool_use_id", "call_id"],
    inputTokens: [
      ...otelFields.inputTokens,
      "input_tokens",
      "input_token_count",
      "cursor.api.request.input_tokens",
    ],
    outputTokens: [
      ...otelFields.outputTokens,
      "output_tokens",
      "output_token_count",
      "cursor.api.request.output_tokens",
    ],
    cacheReadTokens: [
      ...otelFields.cacheReadTokens,
      "cache_read_tokens",
      "cached_token_count",
      "cached_content_token_count",
      "cursor.api.request.cache_read_tokens",
    ],
    cacheWriteTokens: [
      ...otelFields.cacheWriteTokens,
      "cache_creation_tokens",
      "cursor.api.request.cache_creation_tokens",
    ],
    reasoningTokens: [...otelFields.reasoningTokens, "thoughts_token_count"],
    totalTokens: [...otelFields.totalTokens, "total_token_count"],
    reportedCostUsd: [...otelFields.reportedCostUsd, "cost_usd"],
  },
  references: [...otelReferences, ["body_ref", "input"]],
  adjust: (draft, { attributes, eventName }) => {
    // Claude Code and Cursor count cached tokens apart from the input.
    draft.leavesCacheOut ||=
      attributes.has("cache_read_tokens") || attributes.has("cursor.api.request.cache_read_tokens");
    if (draft.operation === "") {
      draft.operation = operationOf(draft, attributes, eventName);
    }
    // The recorded shell commands of Cursor's bot name no tool.
    if (draft.tool === "" && attributes.has(cursorCommand)) {
      draft.tool = "shell_command";
    }
  },
  moreContents: (draft, source) => [
    ...commandContents(source.attributes, draft),
    ...wordContents(source.attributes),
    ...bodyContents(source),
  ],
};

const cursorCommand = "cursor.grok_bot.shell.command";

function recognizes(record: Span | LogRecord): boolean {
  return "eventName" in record
    ? !record.eventName.startsWith("gen_ai.") && agentOf(record) !== null
    : record.name.startsWith("claude_code.");
}

/** A decision about a tool call is not the call. */
function operationOf(draft: GenAiDraft, attributes: AttributeMap, eventName: string): string {
  if (isDecision(eventName)) {
    return "tool_decision";
  }
  if (draft.tool !== "" || attributes.has("full_command")) {
    return "execute_tool";
  }
  if (attributes.has(cursorCommand)) {
    return attributes.get("cursor.grok_bot.shell.allowed") === false
      ? "tool_decision"
      : "execute_tool";
  }
  return draft.outputTokens > 0 ? "chat" : "";
}

function isDecision(eventName: string): boolean {
  return eventName.endsWith("tool_decision");
}

/**
 * Command or arguments under the name that the agent gives them, the one that is least cut
 * first. A decision that let a call pass is followed by the call's own record, so its copy of
 * the arguments is not read.
 */
function commandContents(attributes: AttributeMap, draft: GenAiDraft): Content[] {
  const call = { tool: draft.tool || "Bash", toolCallId: draft.toolCallId };
  const parameters = structured(attributes.get("tool_parameters"));
  const candidates: readonly (readonly [location: string, text: string])[] = [
    ["full_command", firstString(attributes, ["full_command"])],
    [
      "tool_parameters",
      asText(member(parameters, "full_command") ?? member(parameters, "bash_command")),
    ],
    ["tool_input", firstString(attributes, ["tool_input"])],
    ["arguments", firstString(attributes, ["arguments", "function_args"])],
    ["command", firstString(attributes, ["github.copilot.tool.parameters.command"])],
    [cursorCommand, firstString(attributes, [cursorCommand])],
  ];
  const found = candidates.find(([, text]) => text !== "");
  const isRead =
    found !== undefined &&
    !attributes.has("gen_ai.tool.call.arguments") &&
    !(draft.operation === "tool_decision" && attributes.get("decision") === "accept");
  const output = firstString(attributes, ["output", "tool_output", "tool_result"]);
  return [
    ...(isRead ? [content("tool_call", found[1], { location: found[0], ...call })] : []),
    ...(output === ""
      ? []
      : [content("tool_result", output, { location: "output", role: "tool", ...call })]),
  ];
}

/** What a person asked and what the model answered; agents put a mark where they keep it back. */
function wordContents(attributes: AttributeMap): Content[] {
  const prompt = firstString(attributes, ["prompt", "user_prompt"]);
  const response = firstString(attributes, ["response"]);
  return [
    content("input", prompt, { location: "prompt", role: "user" }),
    content("output", response, { location: "response", role: "assistant" }),
  ].filter(({ text }) => text !== "" && !/^[<[]REDACTED[>\]]$/.test(text));
}

/** Raw requests and responses: only what is new in them is read. */
function bodyContents({ attributes, eventName }: Source): Content[] {
  const key = rawBodies.get(eventName.slice(eventName.lastIndexOf(".") + 1));
  const value = key === undefined ? undefined : attributes.get(key.location);
  return key === undefined || value === undefined ? [] : readMessages(structured(value), key);
}

const rawBodies: ReadonlyMap<string, { location: string; side: "input" | "output" }> = new Map([
  ["api_request_body", { location: "body", side: "input" }],
  ["api_response_body", { location: "body", side: "output" }],
  ["api_request", { location: "request_text", side: "input" }],
  ["api_response", { location: "response_text", side: "output" }],
]);
