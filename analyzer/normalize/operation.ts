import type { GenAiDraft } from "./draft.ts";

/** Operation names of other senders and older versions, and names that are right already. */
const operations: Readonly<Record<string, string>> = {
  chat: "chat",
  generate_content: "generate_content",
  text_completion: "text_completion",
  embeddings: "embeddings",
  execute_tool: "execute_tool",
  invoke_agent: "invoke_agent",
  invoke_workflow: "invoke_workflow",
  create_agent: "create_agent",
  retrieval: "retrieval",
  plan: "plan",
  rerank: "rerank",
  create_memory_store: "create_memory_store",
  search_memory: "search_memory",
  create_memory: "create_memory",
  update_memory: "update_memory",
  upsert_memory: "upsert_memory",
  delete_memory: "delete_memory",
  delete_memory_store: "delete_memory_store",
  fetch_response: "fetch_response",
  apply_guardrail: "apply_guardrail",
  // The earlier shape of the proposal, and OpenLLMetry's.
  run_guardrail: "apply_guardrail",
  "guardrail.run": "apply_guardrail",
  guard: "apply_guardrail",
  // Gemini CLI.
  llm_call: "chat",
  tool_call: "execute_tool",
  // OpenLLMetry and OpenLIT.
  completion: "text_completion",
  embedding: "embeddings",
  image_generation: "generate_content",
  image_edit: "generate_content",
  image_variation: "generate_content",
  image: "generate_content",
  audio: "generate_content",
  agent: "invoke_agent",
  framework: "invoke_workflow",
  // `@ai-sdk/otel`: steps of an agent, and calls of other models.
  agent_step: "invoke_workflow",
  "ai.generateSpeech": "generate_content",
  "ai.transcribe": "generate_content",
  "ai.streamTranscribe": "generate_content",
  // LangSmith's kinds, where they stand in for the operation.
  chain: "invoke_workflow",
  parser: "invoke_workflow",
};

const canonical: ReadonlyMap<string, string> = new Map(Object.entries(operations));

/** Canonical names by what senders write, a dialect's own words first; others stay. */
export function operationNames(
  own: Readonly<Record<string, string>> = {},
): ReadonlyMap<string, string> {
  return new Map([...canonical, ...Object.entries(own)]);
}

/**
 * What a record without `gen_ai.operation.name` did, from its other fields.
 *
 * Tokens without a model are the sum that an agent or a workflow shows: those who call a model
 * name it in every generation of the conventions.
 */
export function inferOperation(draft: GenAiDraft, spanName: string, hasContent: boolean): string {
  if (draft.tool !== "") {
    return "execute_tool";
  }
  const [word = ""] = spanName.split(" ", 1);
  const named = canonical.get(word);
  if (named !== undefined) {
    return named;
  }
  const model = draft.requestModel || draft.responseModel;
  const hasTokens = draft.inputTokens > 0 || draft.outputTokens > 0;
  if (model !== "") {
    return isEmbeddingModel.test(model) ? "embeddings" : "chat";
  }
  if (hasTokens) {
    return draft.agent === "" ? "invoke_workflow" : "invoke_agent";
  }
  return hasContent && draft.provider !== "" ? "chat" : "";
}

const isEmbeddingModel = /(?:^|[-_/.])(?:text-)?embed(?:ding)?s?(?:$|[-_/.\d])/i;
