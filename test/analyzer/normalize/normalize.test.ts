import * as fc from "fast-check";
import { normalizeLog, normalizeSpan } from "../../../analyzer/normalize/normalize.ts";
import type { Content } from "../../../core/model/genai.ts";
import type { AttributeValue } from "../../../core/model/telemetry.ts";
import { logOf, spanEventOf, spanOf } from "../../helpers/otlp-records.ts";

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

const spoken = (contents: readonly Content[] = []) =>
  contents.map(({ direction, text, tool }) => [direction, text, tool]);

describe("normalizeSpan", () => {
  const expected = [
    ["system", "Be brief.", ""],
    ["tool_result", "mail text", "read_mail"],
    ["output", "Answer", ""],
    ["tool_call", '{"to":"a@b.c"}', "send_mail"],
  ];

  it("reads the newest OpenTelemetry form, as JSON text and as structure", () => {
    const asText = normalizeSpan(
      spanOf({
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.input_tokens": 10,
        "gen_ai.input.messages": JSON.stringify(messages.input),
        "gen_ai.output.messages": JSON.stringify(messages.output),
      }),
    );
    const asValue = normalizeSpan(
      spanOf({
        "gen_ai.operation.name": "chat",
        "gen_ai.input.messages": toValue(messages.input),
        "gen_ai.output.messages": toValue(messages.output),
      }),
    );
    expect(spoken(asText?.contents)).toEqual(expected);
    expect(spoken(asValue?.contents)).toEqual(expected);
    expect(asText).toMatchObject({
      convention: "otel",
      operation: "chat",
      provider: "openai",
      requestModel: "gpt-4o",
      inputTokens: 10,
    });
  });

  it("reads what is left of truncated JSON", () => {
    const json = JSON.stringify(messages.output);
    const cut = normalizeSpan(
      spanOf({
        "gen_ai.operation.name": "chat",
        "gen_ai.output.messages": json.slice(0, json.indexOf("Answer") + 3),
      }),
    );
    expect(spoken(cut?.contents)).toEqual([["output", "Ans", ""]]);
  });

  it("reads span events of 1.27", () => {
    const record = normalizeSpan(
      spanOf(
        {
          "gen_ai.system": "vertex_ai",
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
      ),
    );
    expect(record).toMatchObject({ provider: "gcp.vertex_ai", inputTokens: 7, outputTokens: 3 });
    expect(spoken(record?.contents)).toEqual([
      ["input", "hello", ""],
      ["output", "hi", ""],
    ]);
  });

  it("reads tool spans and MCP calls", () => {
    const tool = normalizeSpan(
      spanOf({
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "get_page",
        "gen_ai.tool.call.id": "c1",
        "gen_ai.tool.call.arguments": '{"url":"u"}',
        "gen_ai.tool.call.result": "page",
      }),
    );
    expect(spoken(tool?.contents)).toEqual([
      ["tool_call", '{"url":"u"}', "get_page"],
      ["tool_result", "page", "get_page"],
    ]);
    const mcp = normalizeSpan(
      spanOf({
        "mcp.method.name": "tools/call",
        "gen_ai.tool.name": "get_page",
        "gen_ai.tool.call.result": '{"content":[{"type":"text","text":"page"}]}',
      }),
    );
    expect(mcp?.operation).toBe("execute_tool");
    expect(spoken(mcp?.contents)).toEqual([["tool_result", "page", "get_page"]]);
  });

  it("reads OpenInference", () => {
    const record = normalizeSpan(
      spanOf({
        "openinference.span.kind": "LLM",
        "llm.model_name": "claude-sonnet-4",
        "llm.token_count.prompt": 5,
        "llm.token_count.prompt_details.cache_read": 20,
        "llm.input_messages.0.message.role": "user",
        "llm.input_messages.0.message.content": "hello",
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.contents.0.message_content.type": "text",
        "llm.output_messages.0.message.contents.0.message_content.text": "hi",
        "llm.output_messages.0.message.tool_calls.0.tool_call.id": "c1",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "send_mail",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": "{}",
        "retrieval.documents.0.document.content": "a page",
      }),
    );
    expect(record).toMatchObject({
      convention: "openinference",
      operation: "chat",
      inputTokens: 25,
      cacheReadTokens: 20,
    });
    expect(spoken(record?.contents)).toEqual([
      ["input", "hello", ""],
      ["output", "hi", ""],
      ["tool_call", "{}", "send_mail"],
      ["retrieved", "a page", ""],
    ]);
    const tool = normalizeSpan(
      spanOf({
        "openinference.span.kind": "TOOL",
        "tool.name": "t",
        "input.value": "{}",
        "output.value": "done",
      }),
    );
    expect(spoken(tool?.contents)).toEqual([
      ["tool_call", "{}", "t"],
      ["tool_result", "done", "t"],
    ]);
  });

  it("reads OpenLLMetry", () => {
    const record = normalizeSpan(
      spanOf({
        "llm.request.type": "chat",
        "gen_ai.system": "Anthropic",
        "gen_ai.prompt.0.role": "user",
        "gen_ai.prompt.0.content": "hello",
        "gen_ai.completion.0.role": "assistant",
        "gen_ai.completion.0.content": "hi",
        "gen_ai.completion.0.tool_calls.0.name": "send_mail",
        "gen_ai.completion.0.tool_calls.0.arguments": "{}",
      }),
    );
    expect(record).toMatchObject({
      convention: "openllmetry",
      operation: "chat",
      provider: "anthropic",
    });
    expect(spoken(record?.contents)).toEqual([
      ["input", "hello", ""],
      ["output", "hi", ""],
      ["tool_call", "{}", "send_mail"],
    ]);
    const tool = normalizeSpan(
      spanOf({
        "traceloop.span.kind": "tool",
        "traceloop.entity.name": "t",
        "traceloop.entity.input": '{"a":1}',
        "traceloop.entity.output": "done",
      }),
    );
    expect(tool).toMatchObject({ operation: "execute_tool", tool: "t" });
    expect(spoken(tool?.contents)).toEqual([
      ["tool_call", '{"a":1}', "t"],
      ["tool_result", "done", "t"],
    ]);
  });

  it("counts only the inner spans of the AI SDK as model calls", () => {
    const operation = (id: string) =>
      normalizeSpan(spanOf({ "ai.operationId": id, "ai.response.text": "hi" }))?.operation;
    expect(["ai.generateText", "ai.generateText.doGenerate", "ai.toolCall"].map(operation)).toEqual(
      ["invoke_agent", "chat", "execute_tool"],
    );
  });

  it("adds cached tokens where the total leaves them out", () => {
    const record = normalizeSpan(
      spanOf({
        "gen_ai.operation.name": "chat",
        "gen_ai.usage.input_tokens": 10,
        "gen_ai.usage.cache_read.input_tokens": 90,
        "gen_ai.usage.cache_creation.input_tokens": 5,
      }),
    );
    expect(record).toMatchObject({ inputTokens: 105, cacheReadTokens: 90, cacheWriteTokens: 5 });
  });

  it("gives null for any other span", () => {
    expect(
      normalizeSpan(spanOf({ "http.request.method": "GET", "db.statement": "select 1" })),
    ).toBeNull();
  });

  it("never throws, whatever stands in the attributes", () => {
    const keys = fc.constantFrom(
      "gen_ai.operation.name",
      "gen_ai.input.messages",
      "gen_ai.output.messages",
      "gen_ai.tool.definitions",
      "gen_ai.usage.input_tokens",
      "gen_ai.system_instructions",
      "openinference.span.kind",
      "llm.input_messages.0.message.contents.1.x",
      "gen_ai.prompt.0.content",
      "gen_ai.prompt.0.role",
      "gen_ai.prompt.__proto__.x",
      "traceloop.span.kind",
      "ai.operationId",
      "ai.prompt.messages",
    );
    const values = fc.oneof(
      fc.json(),
      fc.string(),
      fc.double(),
      fc.bigInt(),
      fc.boolean(),
      fc.json().map((text) => text.slice(0, -1)),
      fc.jsonValue().map(toValue),
    );
    fc.assert(
      fc.property(fc.dictionary(keys, values), (attributes) => {
        const record = normalizeSpan(spanOf(attributes));
        for (const { text } of record?.contents ?? []) {
          expect(typeof text).toBe("string");
        }
      }),
    );
  });
});

describe("normalizeLog", () => {
  it.each([
    ["gen_ai.user.message", { content: "hello" }, [["input", "hello", ""]]],
    ["gen_ai.system.message", { content: "Be brief." }, [["system", "Be brief.", ""]]],
    ["gen_ai.tool.message", { content: "result", id: "c1" }, [["tool_result", "result", ""]]],
    [
      "gen_ai.choice",
      {
        index: 0,
        finish_reason: "stop",
        message: {
          role: "assistant",
          content: "hi",
          tool_calls: [{ id: "c", type: "function", function: { name: "t", arguments: "{}" } }],
        },
      },
      [
        ["output", "hi", ""],
        ["tool_call", "{}", "t"],
      ],
    ],
  ])("reads %s", (name, body, expected) => {
    expect(spoken(normalizeLog(logOf(name, toValue(body)))?.contents)).toEqual(expected);
  });

  it("reads operation details from attributes", () => {
    const attributes = new Map([["gen_ai.output.messages", JSON.stringify(messages.output)]]);
    const record = normalizeLog(
      logOf("gen_ai.client.inference.operation.details", null, { attributes }),
    );
    expect(spoken(record?.contents)[0]).toEqual(["output", "Answer", ""]);
  });

  it("reads the commands of coding agents", () => {
    const attributes = new Map<string, AttributeValue>([
      ["tool_name", "Bash"],
      ["tool_parameters", '{"full_command":"ls -la"}'],
      ["success", "true"],
    ]);
    const record = normalizeLog(
      logOf("claude_code.tool_result", "claude_code.tool_result", { attributes }),
    );
    expect(record).toMatchObject({ operation: "execute_tool", tool: "Bash" });
    expect(spoken(record?.contents)).toEqual([["tool_call", "ls -la", "Bash"]]);
  });

  it("gives null for any other record", () => {
    expect(normalizeLog(logOf("", "request finished"))).toBeNull();
  });
});

function toValue(json: unknown): AttributeValue {
  if (Array.isArray(json)) {
    return json.map(toValue);
  }
  if (typeof json === "object" && json !== null) {
    return new Map(Object.entries(json).map(([key, value]) => [key, toValue(value)]));
  }
  return json as AttributeValue;
}
