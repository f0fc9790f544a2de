import { normalizeLog, normalizeSpan } from "../../../../analyzer/normalize/normalize.ts";
import { logOf, spanEventOf, spanOf } from "../../../helpers/otlp-records.ts";
import { countedTokens, normalized, scopeOf, spoken, toValue } from "../normalized.ts";

const messages = {
  input: [
    { role: "system", parts: [{ type: "text", content: "Be brief." }] },
    { role: "user", parts: [{ type: "text", content: "Old question" }] },
    {
      role: "assistant",
      parts: [{ type: "tool_call", id: "c1", name: "read_mail", arguments: {} }],
    },
    { role: "tool", parts: [{ type: "tool_call_response", id: "c1", response: "mail text" }] },
  ],
  output: [
    {
      role: "assistant",
      parts: [
        { type: "text", content: "Answer" },
        { type: "tool_call", id: "c2", name: "send_mail", arguments: { to: "a@b.c" } },
      ],
      finish_reason: "stop",
    },
  ],
};

describe("OpenTelemetry", () => {
  it("reads every field of the newest generation", () => {
    const record = normalized({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "gpt-5",
      "gen_ai.response.model": "gpt-5-2025-08-07",
      "gen_ai.response.id": "resp_1",
      "gen_ai.conversation.id": "conv_1",
      "gen_ai.agent.name": "shop",
      "gen_ai.agent.id": "asst_1",
      "gen_ai.prompt.name": "support",
      "gen_ai.prompt.version": "3",
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.usage.input_tokens": 100n,
      "gen_ai.usage.output_tokens": 20,
      "gen_ai.usage.cache_read.input_tokens": 60,
      "gen_ai.usage.cache_write.input_tokens": 10,
      "gen_ai.usage.reasoning.output_tokens": 5,
    });
    expect(record).toEqual(
      expect.objectContaining({
        convention: "otel/g3",
        operation: "chat",
        provider: "openai",
        requestModel: "gpt-5",
        responseModel: "gpt-5-2025-08-07",
        responseId: "resp_1",
        conversationId: "conv_1",
        agent: "shop",
        promptName: "support",
        promptVersion: "3",
        finishReasons: ["stop"],
        inputTokens: 100,
        outputTokens: 20,
        cacheReadTokens: 60,
        cacheWriteTokens: 10,
        reasoningTokens: 5,
      }),
    );
  });

  it("reads messages and leaves out the history", () => {
    const record = normalized({
      "gen_ai.operation.name": "chat",
      "gen_ai.input.messages": JSON.stringify(messages.input),
      "gen_ai.output.messages": toValue(messages.output),
    });
    expect(spoken(record.contents)).toEqual([
      ["system", "Be brief.", ""],
      ["tool_result", "mail text", "read_mail"],
      ["output", "Answer", ""],
      ["tool_call", '{"to":"a@b.c"}', "send_mail"],
    ]);
  });

  it("reads instructions, definitions, retrieval and memory", () => {
    const record = normalized({
      "gen_ai.operation.name": "retrieval",
      "gen_ai.system_instructions": '[{"type":"text","content":"Be kind."}]',
      "gen_ai.tool.definitions": '[{"type":"function","name":"pay"}]',
      "gen_ai.retrieval.query.text": "refunds",
      "gen_ai.retrieval.documents": '[{"id":"1","score":0.5,"content":"page"},{"id":"2"}]',
    });
    expect(spoken(record.contents)).toEqual([
      ["system", "Be kind.", ""],
      ["input", "refunds", ""],
      ["retrieved", "page", ""],
      ["retrieved", '{"id":"2"}', ""],
      ["tool_definition", '{"type":"function","name":"pay"}', "pay"],
    ]);
    const memory = normalized({
      "gen_ai.operation.name": "search_memory",
      "gen_ai.memory.query.text": "likes",
      "gen_ai.memory.records": toValue([{ content: "tea", score: 1 }]),
    });
    expect(spoken(memory.contents)).toEqual([
      ["input", "likes", ""],
      ["retrieved", "tea", ""],
    ]);
  });

  it("reads a tool's span", () => {
    const record = normalized({
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": "get_page",
      "gen_ai.tool.call.id": "c1",
      "gen_ai.tool.call.arguments": '{"url":"u"}',
      "gen_ai.tool.call.result": '{"content":[{"type":"text","text":"page"}]}',
    });
    expect(spoken(record.contents)).toEqual([
      ["tool_call", '{"url":"u"}', "get_page"],
      ["tool_result", "page", "get_page"],
    ]);
  });

  it.each([
    ["g0", "https://opentelemetry.io/schemas/1.26.0"],
    ["g1", "https://opentelemetry.io/schemas/1.30.0"],
    ["g2", "https://opentelemetry.io/schemas/1.37.0"],
    ["g3", "https://opentelemetry.io/schemas/gen-ai/1.42.0"],
    ["g3", "https://opentelemetry.io/schemas/gen-ai-dev/1.43.0-dev"],
  ])("tells generation %s by the scope's schema %s", (generation, schemaUrl) => {
    const scope = scopeOf("anything", schemaUrl);
    const record = normalized({ "gen_ai.operation.name": "chat" }, { scope });
    expect(record.convention).toBe(`otel/${generation}`);
  });

  it.each([
    ["g0", { "gen_ai.system": "openai", "gen_ai.usage.prompt_tokens": 1 }],
    ["g1", { "gen_ai.system": "openai", "gen_ai.operation.name": "chat" }],
    ["g2", { "gen_ai.provider.name": "openai", "gen_ai.operation.name": "chat" }],
    ["g3", { "gen_ai.operation.name": "search_memory", "gen_ai.memory.store.id": "s" }],
    // A general schema of today says nothing about `gen_ai.*`.
    ["g2", { "gen_ai.provider.name": "openai" }, "https://opentelemetry.io/schemas/1.45.0"],
  ])("tells generation %s by attributes %o", (generation, attributes, schemaUrl = "") => {
    const record = normalized(attributes, { scope: scopeOf("x", schemaUrl) });
    expect(record.convention).toBe(`otel/${generation}`);
  });

  it("reads generation 0: deprecated names and span events", () => {
    const record = normalized(
      {
        "gen_ai.system": "vertex_ai",
        "gen_ai.request.model": "gemini-1.5-pro",
        "gen_ai.usage.prompt_tokens": 7,
        "gen_ai.usage.completion_tokens": 3,
      },
      {
        events: [
          spanEventOf("gen_ai.content.prompt", {
            "gen_ai.prompt": '[{"role":"user","content":"hello"}]',
          }),
          spanEventOf("gen_ai.content.completion", {
            "gen_ai.completion": '[{"role":"assistant","content":"hi"}]',
          }),
        ],
      },
    );
    expect(record).toMatchObject({
      convention: "otel/g0",
      operation: "chat",
      provider: "gcp.vertex_ai",
      inputTokens: 7,
      outputTokens: 3,
    });
    expect(spoken(record.contents)).toEqual([
      ["input", "hello", ""],
      ["output", "hi", ""],
    ]);
  });

  it.each([
    ["gen_ai.user.message", { content: "hello" }, [["input", "hello", ""]]],
    ["gen_ai.system.message", { content: "Be brief." }, [["system", "Be brief.", ""]]],
    ["gen_ai.tool.message", { content: "result", id: "c1" }, [["tool_result", "result", ""]]],
    [
      "gen_ai.choice",
      {
        index: 0,
        finish_reason: "stop",
        message: { role: "assistant", content: "hi" },
        tool_calls: [{ id: "c", type: "function", function: { name: "t", arguments: "{}" } }],
      },
      [
        ["output", "hi", ""],
        ["tool_call", "{}", "t"],
      ],
    ],
  ])("reads the log event %s of generation 1", (name, body, expected) => {
    expect(spoken(normalizeLog(logOf(name, toValue(body)))?.contents)).toEqual(expected);
  });

  it("reads what libraries that follow it call otherwise", () => {
    const azure = normalized(
      { "gen_ai.system": "az.ai.inference" },
      {
        events: [
          spanEventOf("gen_ai.system.message", {
            "gen_ai.event.content": '{"content":"Be kind."}',
          }),
          spanEventOf("gen_ai.user.message", { "gen_ai.event.content": "hello" }),
        ],
      },
    );
    expect(spoken(azure.contents)).toEqual([
      ["system", "Be kind.", ""],
      ["input", "hello", ""],
    ]);
    const pydantic = normalized({
      "gen_ai.operation.name": "chat",
      events: JSON.stringify([
        { "event.name": "gen_ai.user.message", role: "user", content: "hello" },
        { "event.name": "gen_ai.choice", message: { role: "assistant", content: "hi" } },
      ]),
    });
    expect(spoken(pydantic.contents)).toEqual([
      ["input", "hello", ""],
      ["output", "hi", ""],
    ]);
    const google = normalized({
      "gen_ai.system": "gcp.vertex.agent",
      "gen_ai.request.model": "gemini-2.5-flash",
      "gcp.vertex.agent.session_id": "s1",
      "gcp.vertex.agent.llm_request": JSON.stringify({
        model: "gemini-2.5-flash",
        contents: [{ role: "user", parts: [{ text: "hello" }] }],
      }),
      "gcp.vertex.agent.llm_response": JSON.stringify({
        content: { role: "model", parts: [{ text: "hi" }] },
      }),
    });
    expect(google).toMatchObject({ operation: "chat", conversationId: "s1" });
    expect(spoken(google.contents)).toEqual([
      ["input", "hello", ""],
      ["output", "hi", ""],
    ]);
  });

  it.each([
    ["text_completion curie", { "gen_ai.system": "openai" }, "text_completion"],
    ["x", { "gen_ai.system": "openai", "gen_ai.request.model": "gpt-4" }, "chat"],
    ["x", { "gen_ai.request.model": "text-embedding-3-small" }, "embeddings"],
    ["x", { "gen_ai.tool.name": "pay" }, "execute_tool"],
    ["agent run", { "gen_ai.usage.input_tokens": 9, agent_name: "shop" }, "invoke_agent"],
    ["run", { "gen_ai.usage.input_tokens": 9 }, "invoke_workflow"],
    ["x", { "gen_ai.operation.name": "llm_call" }, "chat"],
    ["x", { "gen_ai.operation.name": "tool_call" }, "execute_tool"],
    ["x", { "gen_ai.operation.name": "something_new" }, "something_new"],
  ])("calls the operation of span %s with %o %s", (name, attributes, operation) => {
    expect(normalized(attributes, { name }).operation).toBe(operation);
  });

  it("counts the tokens of the model calls of a trace only", () => {
    const agent = { "gen_ai.provider.name": "anthropic", "gen_ai.agent.name": "shop" };
    const spans = [
      spanOf({
        ...agent,
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.usage.input_tokens": 350,
        "gen_ai.usage.output_tokens": 70,
      }),
      spanOf({
        ...agent,
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "claude-sonnet-4-5",
        "gen_ai.usage.input_tokens": 150,
        "gen_ai.usage.cache_read.input_tokens": 100,
        "gen_ai.usage.output_tokens": 30,
        "gen_ai.usage.reasoning.output_tokens": 10,
      }),
      spanOf({ "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "pay" }),
      spanOf({
        ...agent,
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "claude-sonnet-4-5",
        "gen_ai.usage.input_tokens": 200,
        "gen_ai.usage.output_tokens": 40,
      }),
    ];
    expect(countedTokens(spans)).toEqual({
      input: 350,
      output: 70,
      cacheRead: 100,
      cacheWrite: 0,
      inferences: 2,
    });
  });

  it("gives null for any other span and log record", () => {
    expect(
      normalizeSpan(spanOf({ "http.request.method": "GET", "gcp.x": "y", "ai.other": 1 })),
    ).toBeNull();
    expect(normalizeLog(logOf("", "request finished"))).toBeNull();
  });
});
