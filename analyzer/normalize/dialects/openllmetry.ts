import type { Content } from "../../../core/model/genai.ts";
import type { AttributeMap } from "../../../core/model/telemetry.ts";
import { type Dialect, firstString } from "../dialect.ts";
import { createUnflattener } from "../flattened.ts";
import { readDefinitions, readMessages } from "../messages.ts";
import { firstText, items } from "../node.ts";
import { otelFields, otelReferences } from "./otel.ts";

/** The instrumentation that passes on a provider's count without cached tokens (0.27). */
const leavingCacheOut = "@traceloop/instrumentation-anthropic";

/** OpenLLMetry (Traceloop): `gen_ai.prompt.0.content` and entities with input and output. */
export const openllmetry: Dialect = {
  id: "openllmetry",
  marks: [
    "traceloop.span.kind",
    "traceloop.entity.input",
    "traceloop.entity.output",
    "llm.request.type",
    "llm.usage.total_tokens",
    "gen_ai.prompt.0.content",
    "gen_ai.prompt.0.role",
    "gen_ai.completion.0.content",
    "gen_ai.completion.0.role",
    "gen_ai.completion.0.finish_reason",
  ],
  scopes: [
    "@traceloop/",
    "opentelemetry.instrumentation.openai.v0",
    "opentelemetry.instrumentation.openai.v1",
    "opentelemetry.instrumentation.anthropic",
    "opentelemetry.instrumentation.langchain",
  ],
  fields: {
    ...otelFields,
    operation: [...otelFields.operation, "llm.request.type", "traceloop.span.kind"],
    requestModel: [...otelFields.requestModel, "llm.request.model"],
    responseModel: [...otelFields.responseModel, "llm.response.model"],
    conversationId: [
      ...otelFields.conversationId,
      "traceloop.association.properties.session_id",
      "traceloop.association.properties.conversation_id",
    ],
    agent: [...otelFields.agent, "traceloop.workflow.name"],
    promptName: [...otelFields.promptName, "traceloop.prompt.key"],
    promptVersion: [...otelFields.promptVersion, "traceloop.prompt.version"],
    finishReasons: [...otelFields.finishReasons, "gen_ai.completion.0.finish_reason"],
    inputTokens: [...otelFields.inputTokens, "llm.usage.prompt_tokens"],
    outputTokens: [...otelFields.outputTokens, "llm.usage.completion_tokens"],
    totalTokens: [...otelFields.totalTokens, "llm.usage.total_tokens"],
    anyInput: ["traceloop.entity.input"],
    anyOutput: ["traceloop.entity.output"],
  },
  references: otelReferences,
  operations: {
    workflow: "invoke_workflow",
    task: "invoke_workflow",
    session: "invoke_workflow",
    unknown: "",
    tool: "execute_tool",
  },
  adjust: (draft, { attributes, scopeName }) => {
    const entity = firstString(attributes, ["traceloop.entity.name"]).slice(0, 256);
    if (draft.operation === "execute_tool") {
      draft.tool ||= entity;
    }
    draft.leavesCacheOut = scopeName === leavingCacheOut;
  },
  moreContents: (_draft, { attributes }) => flattenedContents(attributes),
};

const functions = "llm.request.functions";
const unflatten = createUnflattener(["gen_ai.prompt", "gen_ai.completion", functions]);

function flattenedContents(attributes: AttributeMap): Content[] {
  const tree = unflatten(attributes);
  if (tree.size === 0) {
    return [];
  }
  return [
    ...readMessages(tree.get("gen_ai.prompt") ?? [], { location: "gen_ai.prompt", side: "input" }),
    ...readMessages(answersOf(tree.get("gen_ai.completion")), {
      location: "gen_ai.completion",
      side: "output",
    }),
    ...readDefinitions(tree.get(functions) ?? [], functions),
  ];
}

/** Answers whose role was left out are the model's. */
function answersOf(node: unknown): unknown {
  return items(node).map((answer) =>
    firstText(answer, "role") === "" && answer instanceof Map
      ? new Map<string, unknown>([...(answer as Map<string, unknown>), ["role", "assistant"]])
      : answer,
  );
}
