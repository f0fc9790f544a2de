import type { Scope } from "../../core/model/telemetry.ts";

/** Generations of the OpenTelemetry GenAI conventions, oldest first. */
export const otelConventions = ["otel/g0", "otel/g1", "otel/g2", "otel/g3"] as const;

/** Position in `otelConventions`. */
export type Generation = 0 | 1 | 2 | 3;

/**
 * The generation that first had an attribute, where it tells one from another: 0 up to 1.27
 * (contents in span events), 1 up to 1.36 (in log events), 2 up to 1.41 (in attributes), 3 the
 * repository `semantic-conventions-genai`.
 */
export const generationMarks: ReadonlyMap<string, Generation> = new Map<string, Generation>([
  ["gen_ai.prompt", 0],
  ["gen_ai.completion", 0],
  ["gen_ai.usage.prompt_tokens", 0],
  ["gen_ai.usage.completion_tokens", 0],
  ["gen_ai.operation.name", 1],
  ["gen_ai.usage.input_tokens", 1],
  ["gen_ai.usage.output_tokens", 1],
  ["gen_ai.provider.name", 2],
  ["gen_ai.input.messages", 2],
  ["gen_ai.output.messages", 2],
  ["gen_ai.system_instructions", 2],
  ["gen_ai.tool.definitions", 2],
  ["gen_ai.usage.cache_creation.input_tokens", 2],
  ["gen_ai.usage.cache_read.input_tokens", 2],
  ["gen_ai.usage.cache_write.input_tokens", 3],
  ["gen_ai.usage.reasoning.output_tokens", 3],
  ["gen_ai.conversation.compacted", 3],
  ["gen_ai.prompt.version", 3],
  ["gen_ai.request.reasoning.level", 3],
  ["gen_ai.request.previous_response.id", 3],
  ["gen_ai.retrieval.top_k", 3],
  ["gen_ai.memory.store.id", 3],
  ["gen_ai.memory.records", 3],
  ["gen_ai.guardrail.component.name", 3],
]);

const fromScope = new WeakMap<Scope, Generation | -1>();

/** The generation that a scope's `schema_url` names, or -1; looked up once per scope object. */
export function generationOf(scope: Scope): Generation | -1 {
  const known = fromScope.get(scope);
  if (known !== undefined) {
    return known;
  }
  const generation = ofSchema(scope.schemaUrl);
  fromScope.set(scope, generation);
  return generation;
}

function ofSchema(url: string): Generation | -1 {
  if (/\/schemas\/gen-ai(?:-dev)?\//.test(url)) {
    return 3;
  }
  const minor = /\/schemas\/1\.(\d{1,3})\./.exec(url)?.[1];
  // From 1.42 on the general schema says nothing about `gen_ai.*`.
  if (minor === undefined || Number(minor) > 41) {
    return -1;
  }
  if (Number(minor) > 36) {
    return 2;
  }
  return Number(minor) > 27 ? 1 : 0;
}
