import type { Dialect, FieldTable, References } from "../dialect.ts";
import { eventListContents } from "../events.ts";

/**
 * Names of all generations of the OpenTelemetry GenAI conventions, the newest first, and of
 * libraries that follow them but for a few names: Pydantic AI (`agent_name`, `events`) and
 * Google's Agent Development Kit (`gcp.vertex.agent.*`).
 */
export const otelFields: FieldTable = {
  operation: ["gen_ai.operation.name"],
  provider: ["gen_ai.provider.name", "gen_ai.system"],
  requestModel: ["gen_ai.request.model"],
  responseModel: ["gen_ai.response.model"],
  responseId: ["gen_ai.response.id"],
  conversationId: ["gen_ai.conversation.id", "session.id", "gcp.vertex.agent.session_id"],
  agent: ["gen_ai.agent.name", "gen_ai.agent.id", "agent_name"],
  tool: ["gen_ai.tool.name"],
  toolCallId: ["gen_ai.tool.call.id", "gen_ai.tool.call_id"],
  promptName: ["gen_ai.prompt.name", "mcp.prompt.name"],
  promptVersion: ["gen_ai.prompt.version"],
  finishReasons: ["gen_ai.response.finish_reasons"],
  inputTokens: ["gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"],
  outputTokens: ["gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"],
  cacheReadTokens: ["gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens"],
  cacheWriteTokens: [
    "gen_ai.usage.cache_write.input_tokens",
    "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_creation_input_tokens",
  ],
  reasoningTokens: ["gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.reasoning_tokens"],
  totalTokens: ["gen_ai.usage.total_tokens"],
  reportedCostUsd: ["gen_ai.usage.cost"],
  systemInstructions: ["gen_ai.system_instructions"],
  inputMessages: [
    "gen_ai.input.messages",
    "gen_ai.prompt",
    "gcp.vertex.agent.llm_request",
    "gen_ai.guardrail.content.input.value",
    "gen_ai.guardrail.input",
  ],
  outputMessages: [
    "gen_ai.output.messages",
    "gen_ai.completion",
    "gcp.vertex.agent.llm_response",
    "gen_ai.guardrail.content.output.value",
  ],
  toolDefinitions: ["gen_ai.tool.definitions"],
  toolArguments: ["gen_ai.tool.call.arguments", "gcp.vertex.agent.tool_call_args"],
  toolResult: ["gen_ai.tool.call.result", "gcp.vertex.agent.tool_response"],
  query: ["gen_ai.retrieval.query.text", "gen_ai.memory.query.text"],
  documents: ["gen_ai.retrieval.documents", "gen_ai.memory.records"],
};

/** Attributes of `opentelemetry-util-genai` where contents were uploaded. */
export const otelReferences: References = [
  ["gen_ai.input.messages_ref", "input"],
  ["gen_ai.output.messages_ref", "output"],
  ["gen_ai.system_instructions_ref", "system"],
  ["gen_ai.tool.definitions_ref", "tool_definition"],
];

/** OpenTelemetry GenAI conventions, from span events (1.27) to the genai repository. */
export const otel: Dialect = {
  id: "otel",
  marks: [
    "gen_ai.operation.name",
    "gen_ai.provider.name",
    "gen_ai.system",
    "gen_ai.request.model",
    "gen_ai.tool.name",
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.input.messages_ref",
    "gen_ai.output.messages_ref",
    "gen_ai.prompt",
    "gen_ai.completion",
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.output_tokens",
    "gen_ai.agent.name",
    "gen_ai.retrieval.documents",
    "gen_ai.evaluation.name",
    "gen_ai.guardrail.component.name",
    "gen_ai.guardrail.name",
    "gen_ai.guardrail.verdict.type",
    "agent.threat.detection.rule_id",
  ],
  recognizes: (record) => "eventName" in record && record.eventName.startsWith("gen_ai."),
  fields: otelFields,
  references: otelReferences,
  moreContents: (_draft, { attributes }) => {
    const events = attributes.get("events");
    return events === undefined ? [] : eventListContents(events);
  },
};
