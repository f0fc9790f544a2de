import { repeatedSpans } from "../../../../analyzer/normalize/repeated-spans.ts";
import { spanOf } from "../../../helpers/otlp-records.ts";
import { countedTokens, normalized, spoken } from "../normalized.ts";

const call = {
  "mcp.method.name": "tools/call",
  "mcp.session.id": "191c4850af6c49e08843a3f6c80e5046",
  "mcp.protocol.version": "2025-06-18",
  "jsonrpc.request.id": "7",
  "network.transport": "pipe",
  "gen_ai.tool.name": "get_page",
  "gen_ai.operation.name": "execute_tool",
};

describe("MCP", () => {
  it("reads tool calls of either side", () => {
    const record = normalized(
      {
        ...call,
        "gen_ai.tool.call.arguments": { not: "a map" } as never,
        "gen_ai.tool.call.result": '{"content":[{"type":"text","text":"page"}]}',
      },
      { name: "tools/call get_page" },
    );
    expect(record).toMatchObject({
      convention: "mcp",
      operation: "execute_tool",
      tool: "get_page",
      conversationId: "",
    });
    expect(spoken(record.contents)).toContainEqual(["tool_result", "page", "get_page"]);
  });

  it.each([
    ["resources/read", "mcp.resources/read"],
    ["prompts/get", "mcp.prompts/get"],
    ["sampling/createMessage", "mcp.sampling/createMessage"],
  ])("calls %s %s", (method, operation) => {
    const record = normalized({ "mcp.method.name": method, "gen_ai.prompt.name": "summary" });
    expect(record).toMatchObject({ operation, promptName: "summary" });
  });

  it("leaves a tool's own span with MCP attributes the tool's own", () => {
    const record = normalized(call, { name: "execute_tool get_page", kind: 1 });
    expect(record).toMatchObject({ convention: "otel/g2", operation: "execute_tool" });
  });

  it("counts no tokens of protocol spans", () => {
    const sampling = spanOf({
      "mcp.method.name": "sampling/createMessage",
      "gen_ai.request.model": "gpt-5",
      "gen_ai.usage.input_tokens": 10,
    });
    const chat = spanOf({ "gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 10 });
    expect(countedTokens([sampling, spanOf(call), chat]).input).toBe(10);
  });

  it("is one call with the span of the tool above it and of the server below", () => {
    const tool = { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "get_page" };
    const records = [
      { spanId: "a", parentSpanId: "", genAi: normalized(tool) },
      { spanId: "b", parentSpanId: "a", genAi: normalized(call, { name: "tools/call get_page" }) },
      { spanId: "c", parentSpanId: "b", genAi: normalized(call, { name: "tools/call get_page" }) },
      { spanId: "d", parentSpanId: "", genAi: normalized(call, { name: "tools/call get_page" }) },
    ];
    expect([...repeatedSpans(records)]).toEqual(["b", "c"]);
  });
});
