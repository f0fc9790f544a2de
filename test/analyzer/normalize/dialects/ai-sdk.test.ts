import { spanOf } from "../../../helpers/otlp-records.ts";
import { countedTokens, normalized, scopeOf, spoken } from "../normalized.ts";

const usage = (input: number, output: number) => ({
  "ai.usage.inputTokens": input,
  "ai.usage.outputTokens": output,
  "ai.usage.totalTokens": input + output,
});

describe("Vercel AI SDK", () => {
  it("reads a model call under its own names", () => {
    const record = normalized({
      "ai.operationId": "ai.generateText.doGenerate",
      "ai.model.provider": "anthropic.messages",
      "ai.model.id": "claude-sonnet-4-5",
      "ai.telemetry.functionId": "shop",
      "ai.prompt.messages":
        '[{"role":"system","content":"Be brief."},{"role":"user","content":[{"type":"text","text":"hello"}]}]',
      "ai.prompt.tools": ['{"type":"function","name":"send_mail"}'],
      "ai.response.text": "hi",
      "ai.response.finishReason": "tool-calls",
      "ai.response.toolCalls": '[{"toolCallId":"c1","toolName":"send_mail","input":"{}"}]',
      ...usage(10, 5),
    });
    expect(record).toMatchObject({
      convention: "ai-sdk",
      operation: "chat",
      provider: "anthropic",
      requestModel: "claude-sonnet-4-5",
      agent: "shop",
      finishReasons: ["tool-calls"],
    });
    expect(spoken(record.contents)).toEqual([
      ["system", "Be brief.", ""],
      ["input", "hello", ""],
      ["output", "hi", ""],
      ["tool_call", "{}", "send_mail"],
      ["tool_definition", '{"type":"function","name":"send_mail"}', "send_mail"],
    ]);
  });

  it("reads a tool call", () => {
    const record = normalized({
      "ai.operationId": "ai.toolCall",
      "ai.toolCall.name": "t",
      "ai.toolCall.id": "c1",
      "ai.toolCall.args": '{"a":1}',
      "ai.toolCall.result": '"done"',
    });
    expect(record).toMatchObject({ operation: "execute_tool", tool: "t", toolCallId: "c1" });
    expect(spoken(record.contents)).toEqual([
      ["tool_call", '{"a":1}', "t"],
      ["tool_result", '"done"', "t"],
    ]);
  });

  it("believes its own operation where Traceloop's processor calls every span chat", () => {
    const record = normalized({
      "ai.operationId": "ai.generateText",
      "gen_ai.operation.name": "chat",
      "traceloop.span.kind": "agent",
    });
    expect(record.operation).toBe("invoke_agent");
  });

  it("adds cached tokens of Anthropic to the count of version 5, not of 6", () => {
    const v5 = {
      "ai.operationId": "ai.generateText.doGenerate",
      "ai.model.provider": "anthropic.messages",
      "ai.usage.inputTokens": 1000,
      "ai.usage.cachedInputTokens": 400,
    };
    expect(normalized(v5).inputTokens).toBe(1400);
    const v6 = { ...v5, "ai.usage.inputTokenDetails.noCacheTokens": 600 };
    expect(normalized(v6).inputTokens).toBe(1000);
  });

  it("counts the tokens of the model calls of a legacy trace only", () => {
    const span = (id: string, rest = {}) => spanOf({ "ai.operationId": id, ...rest });
    expect(
      countedTokens([
        span("ai.streamText", usage(300, 60)),
        span("ai.streamText.doStream", { ...usage(100, 20), "gen_ai.usage.input_tokens": 100 }),
        span("ai.toolCall", { "ai.toolCall.name": "t" }),
        span("ai.streamText.doStream", usage(200, 40)),
        span("ai.embedMany", { "ai.usage.tokens": 7 }),
        span("ai.embedMany.doEmbed", { "ai.usage.tokens": 7 }),
      ]),
    ).toEqual({ input: 307, output: 60, cacheRead: 0, cacheWrite: 0, inferences: 3 });
  });

  it("counts the tokens of the model calls of an @ai-sdk/otel trace only", () => {
    const scope = scopeOf("gen_ai");
    const span = (operation: string, input = 0, output = 0) =>
      spanOf(
        {
          "gen_ai.operation.name": operation,
          "gen_ai.provider.name": "openai",
          "gen_ai.request.model": "gpt-5",
          ...(input + output > 0 && {
            "gen_ai.usage.input_tokens": input,
            "gen_ai.usage.output_tokens": output,
            "gen_ai.usage.cache_read.input_tokens": 50,
          }),
        },
        { scope },
      );
    expect(
      countedTokens([
        span("invoke_agent", 300, 60),
        span("agent_step"),
        span("chat", 100, 20),
        span("execute_tool"),
        span("agent_step"),
        span("chat", 200, 40),
        span("decide"),
        span("decide", 100, 2),
      ]),
    ).toEqual({ input: 400, output: 62, cacheRead: 150, cacheWrite: 0, inferences: 3 });
  });
});
