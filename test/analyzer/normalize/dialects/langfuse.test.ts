import { spanOf } from "../../../helpers/otlp-records.ts";
import { countedTokens, normalized, spoken } from "../normalized.ts";

const usage = (details: object) => ({
  "langfuse.observation.usage_details": JSON.stringify(details),
});

describe("Langfuse", () => {
  it("reads a generation", () => {
    const record = normalized({
      "langfuse.observation.type": "generation",
      "langfuse.observation.model.name": "gpt-5",
      "langfuse.observation.prompt.name": "support",
      "langfuse.observation.prompt.version": 3,
      "langfuse.observation.input": '[{"role":"user","content":"hello"}]',
      "langfuse.observation.output": "hi",
      "langfuse.observation.cost_details": '{"input":0.1,"output":0.2,"total":0.3}',
      "session.id": "s1",
      ...usage({
        prompt_tokens: 100,
        completion_tokens: 20,
        total_tokens: 120,
        prompt_tokens_details: { cached_tokens: 60 },
      }),
    });
    expect(record).toMatchObject({
      convention: "langfuse",
      operation: "chat",
      requestModel: "gpt-5",
      conversationId: "s1",
      promptName: "support",
      promptVersion: "3",
      inputTokens: 100,
      outputTokens: 20,
      cacheReadTokens: 60,
      reportedCostUsd: 0.3,
    });
    expect(spoken(record.contents)).toEqual([
      ["input", "hello", ""],
      ["output", "hi", ""],
    ]);
  });

  it("adds cached tokens where they are a kind of usage of their own", () => {
    const record = normalized({
      "langfuse.observation.type": "generation",
      ...usage({ input: 100, output: 20, cache_read_input_tokens: 60 }),
    });
    expect(record).toMatchObject({ inputTokens: 160, cacheReadTokens: 60 });
  });

  it("reads a tool under the name of its span", () => {
    const record = normalized(
      {
        "langfuse.observation.type": "tool",
        "langfuse.observation.input": '{"to":"x"}',
        "langfuse.observation.output": "sent",
      },
      { name: "send_mail" },
    );
    expect(spoken(record.contents)).toEqual([
      ["tool_call", '{"to":"x"}', "send_mail"],
      ["tool_result", "sent", "send_mail"],
    ]);
  });

  it("counts the tokens of the model calls of a trace only", () => {
    const of = (type: string, details = {}) =>
      spanOf({ "langfuse.observation.type": type, ...usage(details) });
    expect(
      countedTokens([
        of("agent", { input: 300, output: 60 }),
        of("span", { input: 300, output: 60 }),
        of("generation", { input: 100, output: 20, total: 120 }),
        of("tool"),
        of("generation", { input: 200, output: 40, input_cached_tokens: 50, total: 290 }),
        of("embedding", { input: 7 }),
      ]),
    ).toEqual({ input: 357, output: 60, cacheRead: 50, cacheWrite: 0, inferences: 3 });
  });
});
