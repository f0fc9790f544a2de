import type { Content, GenAiRecord } from "../../../core/model/genai.ts";
import type { AttributeMap } from "../../../core/model/telemetry.ts";
import { type Dialect, firstString } from "../dialect.ts";
import { unflatten } from "../flattened.ts";
import { content, readMessages } from "../messages.ts";
import { asText, firstText, items, structured } from "../node.ts";
import { attributeContents, otelFields, readDefinitions } from "./otel.ts";

const kinds: ReadonlyMap<string, string> = new Map([
  ["workflow", "invoke_workflow"],
  ["task", "invoke_workflow"],
  ["agent", "invoke_agent"],
  ["tool", "execute_tool"],
]);

const requestTypes: ReadonlyMap<string, string> = new Map([
  ["chat", "chat"],
  ["completion", "text_completion"],
  ["embedding", "embeddings"],
  ["rerank", "rerank"],
]);

/** OpenLLMetry (Traceloop): `gen_ai.prompt.0.content` and entities with input and output. */
export const openllmetry: Dialect = {
  id: "openllmetry",
  marks: [
    "traceloop.span.kind",
    "llm.request.type",
    "gen_ai.prompt.0.content",
    "gen_ai.prompt.0.role",
    "gen_ai.completion.0.content",
  ],
  fields: {
    ...otelFields,
    conversationId: [
      ...otelFields.conversationId,
      "traceloop.association.properties.session_id",
      "traceloop.association.properties.conversation_id",
    ],
    agent: [...otelFields.agent, "traceloop.workflow.name"],
    tool: otelFields.tool,
    promptName: [...otelFields.promptName, "traceloop.prompt.key"],
    promptVersion: [...otelFields.promptVersion, "traceloop.prompt.version"],
    finishReasons: [...otelFields.finishReasons, "gen_ai.completion.0.finish_reason"],
    inputTokens: [...otelFields.inputTokens, "llm.usage.prompt_tokens"],
    outputTokens: [...otelFields.outputTokens, "llm.usage.completion_tokens"],
  },
  adjust: adjustEntity,
  spanContents: ({ attributes }, record) => {
    const tree = unflatten(attributes, [
      "gen_ai.prompt",
      "gen_ai.completion",
      "llm.request.functions",
    ]);
    return [
      ...readMessages(tree.get("gen_ai.prompt") ?? [], {
        location: "gen_ai.prompt",
        side: "input",
      }),
      ...readMessages(answersOf(tree.get("gen_ai.completion")), {
        location: "gen_ai.completion",
        side: "output",
      }),
      ...readDefinitions(tree.get("llm.request.functions") ?? [], "llm.request.functions"),
      ...attributeContents(attributes, record),
      ...entityContents(attributes, record),
    ];
  },
};

function adjustEntity(record: GenAiRecord, attributes: AttributeMap): GenAiRecord {
  const kind = kinds.get(firstString(attributes, ["traceloop.span.kind"])) ?? "";
  const type = requestTypes.get(firstString(attributes, ["llm.request.type"])) ?? "";
  const operation = record.operation || type || kind;
  const entity = firstString(attributes, ["traceloop.entity.name"]);
  const tool = record.tool || (operation === "execute_tool" ? entity : "");
  return { ...record, operation, tool };
}

/** `tool_calls.0.name` stands where others have an object per call. */
function answersOf(node: unknown): unknown {
  return items(node).map((answer) =>
    firstText(answer, "role") === "" && answer instanceof Map
      ? new Map<string, unknown>([...(answer as Map<string, unknown>), ["role", "assistant"]])
      : answer,
  );
}

function entityContents(attributes: AttributeMap, record: GenAiRecord): Content[] {
  const input = attributes.get("traceloop.entity.input");
  const output = attributes.get("traceloop.entity.output");
  const isTool = record.operation === "execute_tool";
  const { tool } = record;
  const contents: Content[] = [];
  if (input !== undefined) {
    const text = entityText(structured(input));
    const location = "traceloop.entity.input";
    contents.push(content(isTool ? "tool_call" : "input", text, { location, tool }));
  }
  if (output !== undefined) {
    const text = entityText(structured(output));
    const location = "traceloop.entity.output";
    contents.push(content(isTool ? "tool_result" : "output", text, { location, tool }));
  }
  return contents;
}

function entityText(node: unknown): string {
  return firstText(node, "input_str", "output", "inputs") || asText(node);
}
