import { countOf, type Dialect } from "../dialect.ts";
import type { GenAiDraft } from "../draft.ts";
import { member, structured } from "../node.ts";
import { otelFields, otelReferences } from "./otel.ts";

/** Langfuse's SDK: an observation as a span; its processor marks other spans with less. */
export const langfuse: Dialect = {
  id: "langfuse",
  marks: ["langfuse.observation.type", "langfuse.observation.input", "langfuse.observation.output"],
  scopes: ["langfuse-sdk"],
  fields: {
    ...otelFields,
    operation: ["langfuse.observation.type", ...otelFields.operation],
    requestModel: ["langfuse.observation.model.name", ...otelFields.requestModel],
    conversationId: ["langfuse.session.id", ...otelFields.conversationId],
    promptName: ["langfuse.observation.prompt.name", ...otelFields.promptName],
    promptVersion: ["langfuse.observation.prompt.version", ...otelFields.promptVersion],
    anyInput: ["langfuse.observation.input"],
    anyOutput: ["langfuse.observation.output"],
  },
  references: otelReferences,
  operations: {
    generation: "chat",
    embedding: "embeddings",
    agent: "invoke_agent",
    tool: "execute_tool",
    chain: "invoke_workflow",
    span: "invoke_workflow",
    event: "invoke_workflow",
    retriever: "retrieval",
    evaluator: "evaluate",
    guardrail: "apply_guardrail",
  },
  adjust: (draft, { attributes, spanName }) => {
    if (draft.operation === "execute_tool") {
      draft.tool ||= spanName.slice(0, 256);
    } else if (draft.operation === "invoke_agent") {
      draft.agent ||= spanName.slice(0, 256);
    }
    readUsage(draft, structured(attributes.get("langfuse.observation.usage_details")));
    const cost = member(structured(attributes.get("langfuse.observation.cost_details")), "total");
    if (typeof cost === "number" && cost >= 0 && cost < 1e6) {
      draft.reportedCostUsd = cost;
    }
  },
};

/** Names in `usage_details`, which holds whatever the application or the provider's API gave. */
const usageNames = {
  inputTokens: ["input", "input_tokens", "prompt_tokens", "promptTokens", "inputTokens"],
  outputTokens: [
    "output",
    "output_tokens",
    "completion_tokens",
    "completionTokens",
    "outputTokens",
  ],
  totalTokens: ["total", "total_tokens", "totalTokens"],
  cacheReadTokens: ["cache_read_input_tokens", "input_cached_tokens", "input_cache_read"],
  cacheWriteTokens: ["cache_creation_input_tokens", "input_cache_creation"],
  reasoningTokens: ["output_reasoning_tokens", "output_reasoning", "reasoning_tokens"],
} as const;

function readUsage(draft: GenAiDraft, usage: unknown): void {
  if (usage === undefined) {
    return;
  }
  for (const [field, names] of Object.entries(usageNames)) {
    draft[field as keyof typeof usageNames] ||= firstCount(usage, names);
  }
  // Kinds of usage exclude one another, each with its own price; details of OpenAI's form are
  // parts of the sum.
  draft.leavesCacheOut = draft.cacheReadTokens + draft.cacheWriteTokens > 0;
  const details = member(usage, "prompt_tokens_details") ?? member(usage, "input_tokens_details");
  draft.cacheReadTokens ||= firstCount(details, ["cached_tokens"]);
}

function firstCount(node: unknown, names: readonly string[]): number {
  for (const name of names) {
    const count = countOf(member(node, name));
    if (count >= 0) {
      return count;
    }
  }
  return 0;
}
