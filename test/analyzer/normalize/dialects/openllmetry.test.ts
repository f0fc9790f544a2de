import { spanEventOf, spanOf } from "../../../helpers/otlp-records.ts";
import { countedTokens, normalized, scopeOf, spoken } from "../normalized.ts";

describe("OpenLLMetry", () => {
  it("reads the flattened form", () => {
    const record = normalized({
      "llm.request.type": "chat",
      "gen_ai.system": "Anthropic",
      "traceloop.workflow.name": "support",
      "traceloop.association.properties.session_id": "s1",
      "gen_ai.prompt.0.role": "user",
      "gen_ai.prompt.0.content": "hello",
      "gen_ai.completion.0.role": "assistant",
      "gen_ai.completion.0.content": "hi",
      "gen_ai.completion.0.finish_reason": "stop",
      "gen_ai.completion.0.tool_calls.0.name": "send_mail",
      "gen_ai.completion.0.tool_calls.0.arguments": "{}",
      "llm.request.functions.0.name": "send_mail",
    });
    expect(record).toMatchObject({
      convention: "openllmetry",
      operation: "chat",
      provider: "anthropic",
      agent: "support",
      conversationId: "s1",
      finishReasons: ["stop"],
    });
    expect(spoken(record.contents)).toEqual([
      ["input", "hello", ""],
      ["output", "hi", ""],
      ["tool_call", "{}", "send_mail"],
      ["tool_definition", '{"name":"send_mail"}', "send_mail"],
    ]);
  });

  it("reads the form of 0.27 by its scope, with OpenTelemetry names", () => {
    const record = normalized(
      {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-5",
        "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"hello"}]}]',
        "traceloop.association.properties.session_id": "s1",
      },
      { scope: scopeOf("@traceloop/instrumentation-openai") },
    );
    expect(record).toMatchObject({ convention: "openllmetry", conversationId: "s1" });
    expect(spoken(record.contents)).toEqual([["input", "hello", ""]]);
  });

  it("reads tools, and documents in events", () => {
    const tool = normalized({
      "traceloop.span.kind": "tool",
      "traceloop.entity.name": "t",
      "traceloop.entity.input": '{"a":1}',
      "traceloop.entity.output": "done",
    });
    expect(tool).toMatchObject({ operation: "execute_tool", tool: "t" });
    expect(spoken(tool.contents)).toEqual([
      ["tool_call", '{"a":1}', "t"],
      ["tool_result", "done", "t"],
    ]);
    const search = normalized(
      { "traceloop.span.kind": "task" },
      { events: [spanEventOf("db.query.result", { "db.query.result.document": "a page" })] },
    );
    expect(spoken(search.contents)).toEqual([["retrieved", "a page", ""]]);
  });

  it("reads a guardrail's span", () => {
    const record = normalized({
      "gen_ai.operation.name": "guard",
      "gen_ai.guardrail.name": "toxicity",
      "gen_ai.guardrail.status": "FAILED",
      "gen_ai.guardrail.input": '{"text":"you"}',
    });
    expect(record.operation).toBe("apply_guardrail");
    expect(record.verdicts).toEqual([
      { kind: "guardrail", name: "toxicity", label: "FAILED", score: null, reason: "" },
    ]);
  });

  it("adds cached tokens to the count of its Anthropic instrumentation", () => {
    const attributes = {
      "gen_ai.operation.name": "chat",
      "gen_ai.usage.input_tokens": 1000,
      "gen_ai.usage.output_tokens": 50,
      "gen_ai.usage.total_tokens": 1050,
      "gen_ai.usage.cache_read.input_tokens": 400,
    };
    const scope = scopeOf("@traceloop/instrumentation-anthropic");
    expect(normalized(attributes, { scope }).inputTokens).toBe(1400);
    expect(normalized(attributes, { scope: scopeOf("other") }).inputTokens).toBe(1000);
  });

  it("counts the tokens of the model calls of a trace only", () => {
    const usage = { "gen_ai.usage.prompt_tokens": 100, "gen_ai.usage.completion_tokens": 10 };
    expect(
      countedTokens([
        spanOf({ "traceloop.span.kind": "workflow", ...usage }),
        spanOf({ "traceloop.span.kind": "agent", ...usage }),
        spanOf({ "llm.request.type": "chat", ...usage }),
        spanOf({ "traceloop.span.kind": "tool", "traceloop.entity.name": "t" }),
        spanOf({ "llm.request.type": "completion", ...usage }),
      ]),
    ).toEqual({ input: 200, output: 20, cacheRead: 0, cacheWrite: 0, inferences: 2 });
  });
});
