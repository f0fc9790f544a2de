import { spanOf } from "../../../helpers/otlp-records.ts";
import { countedTokens, normalized, spoken } from "../normalized.ts";

describe("OpenInference", () => {
  it("reads a model call", () => {
    const record = normalized({
      "openinference.span.kind": "LLM",
      "llm.provider": "anthropic",
      "llm.model_name": "claude-sonnet-4",
      "llm.finish_reason": "tool_use",
      "llm.token_count.prompt": 5,
      "llm.token_count.completion": 8,
      "llm.token_count.prompt_details.cache_read": 20,
      "llm.cost.total": 0.25,
      "session.id": "s1",
      "llm.input_messages.0.message.role": "system",
      "llm.input_messages.0.message.content": "Be brief.",
      "llm.input_messages.1.message.role": "user",
      "llm.input_messages.1.message.content": "hello",
      "llm.output_messages.0.message.role": "assistant",
      "llm.output_messages.0.message.contents.0.message_content.type": "text",
      "llm.output_messages.0.message.contents.0.message_content.text": "hi",
      "llm.output_messages.0.message.tool_calls.0.tool_call.id": "c1",
      "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "send_mail",
      "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": "{}",
      "llm.tools.0.tool.json_schema": '{"type":"function","function":{"name":"send_mail"}}',
      "input.value": '{"messages":[]}',
    });
    expect(record).toMatchObject({
      convention: "openinference",
      operation: "chat",
      provider: "anthropic",
      requestModel: "claude-sonnet-4",
      responseModel: "claude-sonnet-4",
      conversationId: "s1",
      inputTokens: 25,
      outputTokens: 8,
      cacheReadTokens: 20,
      reportedCostUsd: 0.25,
    });
    expect(spoken(record.contents)).toEqual([
      ["system", "Be brief.", ""],
      ["input", "hello", ""],
      ["output", "hi", ""],
      ["tool_call", "{}", "send_mail"],
      ["tool_definition", '{"type":"function","function":{"name":"send_mail"}}', "send_mail"],
    ]);
  });

  it("reads tools, retrieval and embeddings", () => {
    const tool = normalized({
      "openinference.span.kind": "TOOL",
      "tool.name": "t",
      "input.value": "{}",
      "output.value": "done",
    });
    expect(spoken(tool.contents)).toEqual([
      ["tool_call", "{}", "t"],
      ["tool_result", "done", "t"],
    ]);
    const retriever = normalized({
      "openinference.span.kind": "RETRIEVER",
      "input.value": "refunds",
      "output.value": "[…]",
      "retrieval.documents.0.document.content": "a page",
      "retrieval.documents.0.document.score": 0.9,
    });
    expect(spoken(retriever.contents)).toEqual([
      ["input", "refunds", ""],
      ["retrieved", "a page", ""],
    ]);
    const embedding = normalized({
      "openinference.span.kind": "EMBEDDING",
      "embedding.model_name": "text-embedding-3-small",
      "embedding.embeddings.0.embedding.text": "words",
      "llm.token_count.prompt": 3,
    });
    expect(embedding).toMatchObject({ operation: "embeddings", inputTokens: 3 });
    expect(spoken(embedding.contents)).toEqual([["input", "words", ""]]);
  });

  it("reads evaluations and annotations as verdicts", () => {
    const record = normalized({
      "openinference.span.kind": "LLM",
      "evaluations.0.evaluation.name": "hallucination",
      "evaluations.0.evaluation.label": "factual",
      "evaluations.0.evaluation.score": 0.9,
      "annotations.0.annotation.name": "thumbs",
      "annotations.0.annotation.label": "up",
    });
    expect(record.verdicts).toEqual([
      { kind: "evaluation", name: "hallucination", label: "factual", score: 0.9, reason: "" },
      { kind: "evaluation", name: "thumbs", label: "up", score: null, reason: "" },
    ]);
  });

  it("counts the tokens of the model calls of a trace only", () => {
    const usage = (prompt: number, completion: number) => ({
      "llm.token_count.prompt": prompt,
      "llm.token_count.completion": completion,
      "llm.token_count.total": prompt + completion,
    });
    const kind = (name: string, rest = {}) => spanOf({ "openinference.span.kind": name, ...rest });
    expect(
      countedTokens([
        kind("AGENT", usage(300, 60)),
        kind("CHAIN", usage(300, 60)),
        kind("LLM", {
          ...usage(100, 20),
          "llm.token_count.prompt_details.cache_read": 40,
          "llm.token_count.completion_details.reasoning": 5,
        }),
        kind("TOOL", { "tool.name": "t" }),
        kind("LLM", usage(200, 40)),
      ]),
    ).toEqual({ input: 300, output: 60, cacheRead: 40, cacheWrite: 0, inferences: 2 });
  });
});
