import type { Dialect } from "../dialect.ts";
import { otelFields, otelReferences } from "./otel.ts";

/**
 * The Vercel AI SDK: its own names as versions up to 6 and the legacy integration of 7 write
 * them, and the OpenTelemetry names of `@ai-sdk/otel`, whose tracer is called `gen_ai`.
 *
 * Only the inner `do…` spans are model calls; the outer ones repeat their tokens and texts.
 * `ai.operationId` goes before `gen_ai.operation.name`: Traceloop's processor calls both `chat`.
 */
export const aiSdk: Dialect = {
  id: "ai-sdk",
  marks: ["ai.operationId"],
  scopes: ["ai", "gen_ai"],
  fields: {
    ...otelFields,
    operation: ["ai.operationId", ...otelFields.operation],
    provider: ["ai.model.provider", ...otelFields.provider],
    requestModel: ["ai.model.id", ...otelFields.requestModel],
    responseModel: ["ai.response.model", ...otelFields.responseModel],
    responseId: ["ai.response.id", ...otelFields.responseId],
    conversationId: [
      ...otelFields.conversationId,
      "ai.telemetry.metadata.sessionId",
      "ai.telemetry.metadata.threadId",
      "ai.settings.context.sessionId",
    ],
    agent: ["ai.telemetry.functionId", ...otelFields.agent],
    tool: ["ai.toolCall.name", ...otelFields.tool],
    toolCallId: ["ai.toolCall.id", ...otelFields.toolCallId],
    finishReasons: ["ai.response.finishReason", ...otelFields.finishReasons],
    inputTokens: [
      "ai.usage.inputTokens",
      "ai.usage.promptTokens",
      "ai.usage.tokens",
      ...otelFields.inputTokens,
    ],
    outputTokens: [
      "ai.usage.outputTokens",
      "ai.usage.completionTokens",
      ...otelFields.outputTokens,
    ],
    cacheReadTokens: [
      "ai.usage.inputTokenDetails.cacheReadTokens",
      "ai.usage.cachedInputTokens",
      ...otelFields.cacheReadTokens,
    ],
    cacheWriteTokens: [
      "ai.usage.inputTokenDetails.cacheWriteTokens",
      ...otelFields.cacheWriteTokens,
    ],
    reasoningTokens: [
      "ai.usage.outputTokenDetails.reasoningTokens",
      "ai.usage.reasoningTokens",
      ...otelFields.reasoningTokens,
    ],
    totalTokens: ["ai.usage.totalTokens", ...otelFields.totalTokens],
    inputMessages: [
      "ai.prompt.messages",
      "ai.prompt",
      ...(otelFields.inputMessages ?? []),
      "ai.values",
      "ai.value",
    ],
    outputText: ["ai.response.text", "ai.response.object"],
    reasoningText: ["ai.response.reasoning"],
    outputToolCalls: ["ai.response.toolCalls"],
    toolDefinitions: ["ai.prompt.tools", ...(otelFields.toolDefinitions ?? [])],
    toolArguments: ["ai.toolCall.args", "ai.toolCall.input", ...(otelFields.toolArguments ?? [])],
    toolResult: ["ai.toolCall.result", "ai.toolCall.output", ...(otelFields.toolResult ?? [])],
    documents: ["ai.documents", ...(otelFields.documents ?? [])],
  },
  references: otelReferences,
  operations: {
    "ai.generateText": "invoke_agent",
    "ai.streamText": "invoke_agent",
    "ai.generateObject": "invoke_agent",
    "ai.streamObject": "invoke_agent",
    "ai.workflowAgent.stream": "invoke_agent",
    "ai.generateText.doGenerate": "chat",
    "ai.streamText.doStream": "chat",
    "ai.generateObject.doGenerate": "chat",
    "ai.streamObject.doStream": "chat",
    "ai.toolCall": "execute_tool",
    "ai.embed": "invoke_workflow",
    "ai.embedMany": "invoke_workflow",
    "ai.embed.doEmbed": "embeddings",
    "ai.embedMany.doEmbed": "embeddings",
    "ai.rerank": "invoke_workflow",
    "ai.rerank.doRerank": "rerank",
  },
  repeating: new Set(["invoke_agent", "invoke_workflow"]),
  adjust: (draft, { attributes }) => {
    if (draft.operation === "decide" && draft.inputTokens > 0) {
      // The inner of two spans called `decide` is the model call: only it has tokens.
      draft.operation = "chat";
    }
    const countsCacheApart = draft.provider === "anthropic" || draft.provider === "aws.bedrock";
    // Version 5 passed these providers' own count on; 6 brought the details and the full sum.
    draft.leavesCacheOut =
      countsCacheApart &&
      attributes.has("ai.usage.cachedInputTokens") &&
      !attributes.has("ai.usage.inputTokenDetails.noCacheTokens");
  },
};
