import type { Content, Verdict } from "../../../core/model/genai.ts";
import type { AttributeMap } from "../../../core/model/telemetry.ts";
import { content } from "../content.ts";
import type { Dialect } from "../dialect.ts";
import type { GenAiDraft } from "../draft.ts";
import { createUnflattener } from "../flattened.ts";
import { readDefinitions, readMessages } from "../messages.ts";
import { asText, firstText, items, member, structured } from "../node.ts";
import { readContent } from "../read-contents.ts";
import { otelFields } from "./otel.ts";

/** OpenInference (Arize): lists are flattened to `prefix.0.suffix`. */
export const openinference: Dialect = {
  id: "openinference",
  marks: ["openinference.span.kind"],
  scopes: ["openinference.instrumentation.", "@arizeai/openinference-"],
  fields: {
    ...otelFields,
    operation: ["openinference.span.kind", ...otelFields.operation],
    provider: ["llm.provider", "llm.system", ...otelFields.provider],
    requestModel: [
      "llm.request.model_name",
      "llm.model_name",
      "embedding.model_name",
      "reranker.model_name",
      ...otelFields.requestModel,
    ],
    responseModel: ["llm.response.model_name", ...otelFields.responseModel],
    conversationId: ["session.id", "gen_ai.conversation.id"],
    agent: ["agent.name", "graph.node.name", ...otelFields.agent],
    tool: ["tool.name", "tool_call.function.name", ...otelFields.tool],
    toolCallId: ["tool_call.id", "tool.id", ...otelFields.toolCallId],
    promptName: ["prompt.id", "llm.prompt_template.name", ...otelFields.promptName],
    promptVersion: ["llm.prompt_template.version", ...otelFields.promptVersion],
    finishReasons: ["llm.finish_reason", ...otelFields.finishReasons],
    inputTokens: ["llm.token_count.prompt", ...otelFields.inputTokens],
    outputTokens: ["llm.token_count.completion", ...otelFields.outputTokens],
    cacheReadTokens: [
      "llm.token_count.prompt_details.cache_read",
      "llm.token_count.prompt_details.cache_input",
      ...otelFields.cacheReadTokens,
    ],
    cacheWriteTokens: [
      "llm.token_count.prompt_details.cache_write",
      ...otelFields.cacheWriteTokens,
    ],
    reasoningTokens: [
      "llm.token_count.completion_details.reasoning",
      ...otelFields.reasoningTokens,
    ],
    totalTokens: ["llm.token_count.total", ...otelFields.totalTokens],
    reportedCostUsd: ["llm.cost.total", ...otelFields.reportedCostUsd],
    query: ["reranker.query", ...(otelFields.query ?? [])],
    toolArguments: [
      "tool_call.function.arguments",
      "tool.parameters",
      ...(otelFields.toolArguments ?? []),
    ],
  },
  operations: {
    LLM: "chat",
    EMBEDDING: "embeddings",
    RETRIEVER: "retrieval",
    RERANKER: "rerank",
    TOOL: "execute_tool",
    AGENT: "invoke_agent",
    CHAIN: "invoke_workflow",
    PROMPT: "invoke_workflow",
    GUARDRAIL: "apply_guardrail",
    EVALUATOR: "evaluate",
  },
  adjust: (draft, { attributes, spanName }) => {
    const kind = attributes.get("openinference.span.kind");
    if (kind === "TOOL") {
      draft.tool ||= spanName;
    } else if (typeof kind === "string") {
      // Models list the tools that they may call; that is no call.
      draft.tool = "";
    }
    draft.responseModel ||= asText(attributes.get("llm.model_name")).slice(0, 256);
  },
  moreContents: (draft, { attributes }) => flattenedContents(draft, attributes),
  moreVerdicts: ({ attributes }) => annotations(attributes),
};

const unflattenContents = createUnflattener([
  "llm.input_messages",
  "llm.output_messages",
  "llm.prompts",
  "llm.choices",
  "llm.tools",
  "retrieval.documents",
  "reranker.output_documents",
  "embedding.embeddings",
]);

const unflattenVerdicts = createUnflattener(["evaluations", "annotations"]);

function flattenedContents(draft: GenAiDraft, attributes: AttributeMap): Content[] {
  const tree = unflattenContents(attributes);
  const said = [
    ...messagesOf(tree.get("llm.input_messages"), "llm.input_messages", "input"),
    ...messagesOf(tree.get("llm.output_messages"), "llm.output_messages", "output"),
    ...promptTexts(tree),
  ];
  return [
    ...(said.length > 0 ? said : values(draft, attributes, tree.has("retrieval.documents"))),
    ...documents(tree),
    ...embedded(tree),
    ...items(tree.get("llm.tools")).flatMap((tool) => {
      const schema = member(member(tool, "tool"), "json_schema");
      return readDefinitions(structured(asText(schema)), "llm.tools");
    }),
  ];
}

function messagesOf(node: unknown, location: string, side: "input" | "output"): Content[] {
  const messages = items(node).map((item) => plainMessage(member(item, "message")));
  return readMessages(messages, { location, side });
}

/** Undoes the inner `message_content.` and `tool_call.` prefixes. */
function plainMessage(message: unknown): Map<string, unknown> {
  const parts = items(member(message, "contents")).map((part) => member(part, "message_content"));
  const text = member(message, "content");
  const legacyCall = firstText(message, "function_call_name");
  const call = { name: legacyCall, arguments: member(message, "function_call_arguments_json") };
  return new Map<string, unknown>([
    ["role", firstText(message, "role")],
    ["content", parts.length > 0 ? parts : text],
    [
      "tool_calls",
      legacyCall === ""
        ? items(member(message, "tool_calls")).map((each) => member(each, "tool_call"))
        : [call],
    ],
    ["tool_call_id", firstText(message, "tool_call_id")],
    ["name", firstText(message, "name")],
  ]);
}

/** `input.value` and `output.value` mean what the kind of span makes of them. */
function values(draft: GenAiDraft, attributes: AttributeMap, hasDocuments: boolean): Content[] {
  const input = attributes.get("input.value");
  const output = hasDocuments ? undefined : attributes.get("output.value");
  const hasArguments =
    draft.operation === "execute_tool" && attributes.has("tool_call.function.arguments");
  return [
    ...(input === undefined || hasArguments
      ? []
      : readContent("anyInput", input, "input.value", draft)),
    ...(output === undefined ? [] : readContent("anyOutput", output, "output.value", draft)),
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

function embedded(tree: ReadonlyMap<string, unknown>): Content[] {
  const location = "embedding.embeddings";
  return items(tree.get(location))
    .map((item) => firstText(member(item, "embedding"), "text"))
    .map((text) => content("input", text, { location, role: "user" }));
}

function annotations(attributes: AttributeMap): Verdict[] {
  const tree = unflattenVerdicts(attributes);
  return ["evaluations", "annotations"].flatMap((list) =>
    items(tree.get(list)).flatMap((item) => {
      const given = member(item, list === "evaluations" ? "evaluation" : "annotation");
      const name = firstText(given, "name");
      const score = member(given, "score");
      return name === ""
        ? []
        : [
            {
              kind: "evaluation" as const,
              name: name.slice(0, 256),
              label: firstText(given, "label").slice(0, 256),
              score: typeof score === "number" && Number.isFinite(score) ? score : null,
              reason: firstText(given, "explanation").slice(0, 1024),
            },
          ];
    }),
  );
}
