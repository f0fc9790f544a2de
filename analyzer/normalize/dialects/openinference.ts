import type { Content } from "../../../core/model/genai.ts";
import type { AttributeMap } from "../../../core/model/telemetry.ts";
import { type Dialect, firstString } from "../dialect.ts";
import { unflatten } from "../flattened.ts";
import { content, readMessages } from "../messages.ts";
import { asText, firstText, items, member, structured } from "../node.ts";
import { otelFields, readDefinitions } from "./otel.ts";

/** Span kinds of OpenInference as GenAI operations; others keep their lower-case name. */
const operations: ReadonlyMap<string, string> = new Map([
  ["LLM", "chat"],
  ["EMBEDDING", "embeddings"],
  ["RETRIEVER", "retrieval"],
  ["TOOL", "execute_tool"],
  ["AGENT", "invoke_agent"],
  ["CHAIN", "invoke_workflow"],
  ["GUARDRAIL", "apply_guardrail"],
]);

/** OpenInference (Arize): lists are flattened to `prefix.0.suffix`. */
export const openinference: Dialect = {
  id: "openinference",
  marks: ["openinference.span.kind"],
  fields: {
    ...otelFields,
    operation: [],
    provider: ["llm.provider", "llm.system"],
    requestModel: ["llm.request.model_name", "llm.model_name", "embedding.model_name"],
    responseModel: ["llm.response.model_name", "llm.model_name"],
    conversationId: ["session.id"],
    agent: ["agent.name", "graph.node.name"],
    tool: ["tool.name", "tool_call.function.name"],
    toolCallId: ["tool_call.id", "tool.id"],
    promptName: ["prompt.id", "llm.prompt_template.name"],
    promptVersion: ["llm.prompt_template.version"],
    finishReasons: ["llm.finish_reason"],
    inputTokens: ["llm.token_count.prompt"],
    outputTokens: ["llm.token_count.completion"],
    cacheReadTokens: ["llm.token_count.prompt_details.cache_read"],
    cacheWriteTokens: ["llm.token_count.prompt_details.cache_write"],
  },
  adjust: (record, attributes) => {
    const kind = firstString(attributes, ["openinference.span.kind"]);
    const tool = kind === "TOOL" ? record.tool : "";
    return { ...record, tool, operation: operations.get(kind) ?? kind.toLowerCase() };
  },
  spanContents: ({ attributes, name }, record) => {
    if (record.operation === "execute_tool") {
      return toolContents(attributes, record.tool || name);
    }
    const tree = unflatten(attributes, prefixes);
    const messages = [
      ...messagesOf(tree.get("llm.input_messages"), "llm.input_messages", "input"),
      ...messagesOf(tree.get("llm.output_messages"), "llm.output_messages", "output"),
    ];
    return [
      ...(messages.length > 0 ? messages : values(attributes)),
      ...promptTexts(tree),
      ...documents(tree),
      ...items(tree.get("llm.tools")).flatMap((tool) =>
        readDefinitions(
          structured(asText(member(member(tool, "tool"), "json_schema"))),
          "llm.tools",
        ),
      ),
    ];
  },
};

const prefixes = [
  "llm.input_messages",
  "llm.output_messages",
  "llm.prompts",
  "llm.choices",
  "llm.tools",
  "retrieval.documents",
  "reranker.output_documents",
];

function messagesOf(node: unknown, location: string, side: "input" | "output"): Content[] {
  const messages = items(node).map((item) => plainMessage(member(item, "message")));
  return readMessages(messages, { location, side });
}

/** Undoes the inner `message_content.` and `tool_call.` prefixes. */
function plainMessage(message: unknown): Map<string, unknown> {
  const parts = items(member(message, "contents")).map((part) => member(part, "message_content"));
  const text = member(message, "content");
  return new Map<string, unknown>([
    ["role", firstText(message, "role")],
    ["content", parts.length > 0 ? parts : text],
    ["tool_calls", items(member(message, "tool_calls")).map((call) => member(call, "tool_call"))],
    ["tool_call_id", firstText(message, "tool_call_id")],
    ["name", firstText(message, "name")],
  ]);
}

function values(attributes: AttributeMap): Content[] {
  const input = asText(attributes.get("input.value"));
  const output = asText(attributes.get("output.value"));
  return [
    ...(input === "" ? [] : [content("input", input, { location: "input.value", role: "user" })]),
    ...(output === ""
      ? []
      : [content("output", output, { location: "output.value", role: "assistant" })]),
  ];
}

function toolContents(attributes: AttributeMap, tool: string): Content[] {
  const input = firstString(attributes, [
    "input.value",
    "tool.parameters",
    "tool_call.function.arguments",
  ]);
  const output = firstString(attributes, ["output.value"]);
  return [
    content("tool_call", input, { location: "input.value", tool }),
    content("tool_result", output, { location: "output.value", tool, role: "tool" }),
  ];
}

function promptTexts(tree: ReadonlyMap<string, unknown>): Content[] {
  const prompts = items(tree.get("llm.prompts")).map((item) =>
    firstText(member(item, "prompt"), "text"),
  );
  const answers = items(tree.get("llm.choices")).map((item) =>
    firstText(member(item, "completion"), "text"),
  );
  return [
    ...prompts.map((text) => content("input", text, { location: "llm.prompts", role: "user" })),
    ...answers.map((text) =>
      content("output", text, { location: "llm.choices", role: "assistant" }),
    ),
  ];
}

function documents(tree: ReadonlyMap<string, unknown>): Content[] {
  return ["retrieval.documents", "reranker.output_documents"].flatMap((location) =>
    items(tree.get(location))
      .map((item) => firstText(member(item, "document"), "content"))
      .map((text) => content("retrieved", text, { location })),
  );
}
