import type { Content, GenAiRecord } from "../../../core/model/genai.ts";
import type { AttributeMap } from "../../../core/model/telemetry.ts";
import { type Dialect, firstString } from "../dialect.ts";
import { content, readMessages } from "../messages.ts";
import { asText, items, structured } from "../node.ts";
import { otelFields, readDefinitions } from "./otel.ts";

/** The Vercel AI SDK's own names, as versions up to 6 and its legacy integration write them. */
export const aiSdk: Dialect = {
  id: "ai-sdk",
  marks: ["ai.operationId"],
  fields: {
    ...otelFields,
    provider: ["ai.model.provider", ...otelFields.provider],
    requestModel: ["ai.model.id", ...otelFields.requestModel],
    responseModel: ["ai.response.model", ...otelFields.responseModel],
    agent: ["ai.telemetry.functionId", ...otelFields.agent],
    tool: ["ai.toolCall.name"],
    toolCallId: ["ai.toolCall.id"],
    finishReasons: ["ai.response.finishReason", ...otelFields.finishReasons],
    inputTokens: ["ai.usage.inputTokens", "ai.usage.promptTokens", ...otelFields.inputTokens],
    outputTokens: [
      "ai.usage.outputTokens",
      "ai.usage.completionTokens",
      ...otelFields.outputTokens,
    ],
    cacheReadTokens: ["ai.usage.cachedInputTokens", ...otelFields.cacheReadTokens],
  },
  adjust: (record, attributes) => ({ ...record, operation: operationOf(attributes) }),
  spanContents: ({ attributes }, record) => contentsOf(attributes, record),
};

/** Only the inner `do…` spans are model calls; the outer ones repeat their tokens and texts. */
function operationOf(attributes: AttributeMap): string {
  const id = firstString(attributes, ["ai.operationId"]);
  if (id === "ai.toolCall") {
    return "execute_tool";
  }
  if (id.startsWith("ai.embed")) {
    return id.endsWith(".doEmbed") ? "embeddings" : "invoke_workflow";
  }
  return /\.do(?:Generate|Stream)$/.test(id) ? "chat" : "invoke_agent";
}

function contentsOf(attributes: AttributeMap, record: GenAiRecord): Content[] {
  const { tool, toolCallId, operation } = record;
  const call = { tool, toolCallId };
  if (operation === "execute_tool") {
    const args = asText(attributes.get("ai.toolCall.args"));
    const result = asText(attributes.get("ai.toolCall.result"));
    return [
      content("tool_call", args, { location: "ai.toolCall.args", ...call }),
      content("tool_result", result, { location: "ai.toolCall.result", ...call }),
    ];
  }
  if (operation !== "chat") {
    return [];
  }
  const answer = asText(attributes.get("ai.response.text") ?? attributes.get("ai.response.object"));
  return [
    ...readMessages(
      structured(attributes.get("ai.prompt.messages") ?? attributes.get("ai.prompt")),
      {
        location: "ai.prompt.messages",
        side: "input",
      },
    ),
    content("output", answer, { location: "ai.response.text", role: "assistant" }),
    ...readMessages([{ role: "assistant", parts: toolCalls(attributes) }], {
      location: "ai.response.toolCalls",
      side: "output",
    }),
    ...readDefinitions(structured(attributes.get("ai.prompt.tools")), "ai.prompt.tools"),
  ];
}

function toolCalls(attributes: AttributeMap): unknown[] {
  return items(structured(attributes.get("ai.response.toolCalls"))).map((call) => ({
    ...(call as object),
    type: "tool-call",
  }));
}
