import { countOf, type Dialect } from "../dialect.ts";
import { member, structured } from "../node.ts";
import { otelFields, otelReferences } from "./otel.ts";

/**
 * LangSmith's exporter: a run as a span, with its inputs and outputs as JSON in `gen_ai.prompt`
 * and `gen_ai.completion`. The kind of run goes before `gen_ai.operation.name`, which calls
 * retrievers `embeddings` and prompt templates `chat`.
 */
export const langsmith: Dialect = {
  id: "langsmith",
  marks: ["langsmith.span.kind", "langsmith.trace.name", "langsmith.usage_metadata"],
  scopes: ["langsmith"],
  fields: {
    ...otelFields,
    operation: ["langsmith.span.kind", ...otelFields.operation],
    conversationId: [
      "langsmith.metadata.session_id",
      "langsmith.metadata.thread_id",
      "langsmith.metadata.conversation_id",
      ...otelFields.conversationId,
    ],
    requestModel: [...otelFields.requestModel, "langsmith.metadata.ls_model_name"],
    inputMessages: ["gen_ai.input.messages"],
    outputMessages: ["gen_ai.output.messages"],
    anyInput: ["gen_ai.prompt"],
    anyOutput: ["gen_ai.completion"],
  },
  references: otelReferences,
  operations: {
    llm: "chat",
    chat_model: "chat",
    embedding: "embeddings",
    retriever: "retrieval",
    tool: "execute_tool",
    chain: "invoke_workflow",
    prompt: "invoke_workflow",
    parser: "invoke_workflow",
    agent: "invoke_agent",
  },
  adjust: (draft, { attributes, spanName }) => {
    const name = attributes.get("langsmith.trace.name");
    const own = (typeof name === "string" && name !== "" ? name : spanName).slice(0, 256);
    if (draft.operation === "execute_tool") {
      draft.tool ||= own;
    } else if (draft.operation === "invoke_agent") {
      draft.agent ||= own;
    }
    // LangChain's usage; its input counts include cached tokens.
    const usage = structured(attributes.get("langsmith.usage_metadata"));
    const inputDetails = member(usage, "input_token_details");
    const outputDetails = member(usage, "output_token_details");
    draft.inputTokens ||= count(usage, "input_tokens");
    draft.outputTokens ||= count(usage, "output_tokens");
    draft.totalTokens ||= count(usage, "total_tokens");
    draft.cacheReadTokens ||= count(inputDetails, "cache_read");
    draft.cacheWriteTokens ||= count(inputDetails, "cache_creation");
    draft.reasoningTokens ||= count(outputDetails, "reasoning");
  },
};

function count(node: unknown, name: string): number {
  return Math.max(0, countOf(member(node, name)));
}
