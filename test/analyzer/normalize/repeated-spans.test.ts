import { repeatedSpans, type TracedRecord } from "../../../analyzer/normalize/repeated-spans.ts";

function record(
  spanId: string,
  parentSpanId: string,
  genAi: Partial<TracedRecord["genAi"]>,
): TracedRecord {
  return {
    spanId,
    parentSpanId,
    genAi: {
      operation: "execute_tool",
      tool: "t",
      toolCallId: "",
      convention: "otel/g2",
      ...genAi,
    },
  };
}

describe("repeatedSpans", () => {
  it("finds a call again by its id, at any depth", () => {
    const records = [
      record("a", "", { toolCallId: "c1" }),
      record("b", "a", { operation: "invoke_workflow" }),
      record("c", "b", { toolCallId: "c1", convention: "mcp" }),
      record("d", "b", { toolCallId: "c2", convention: "mcp" }),
    ];
    expect([...repeatedSpans(records)]).toEqual(["c"]);
  });

  it("takes the same tool below itself for another call unless one is the protocol's", () => {
    const nested = [record("a", "", {}), record("b", "a", {})];
    expect([...repeatedSpans(nested)]).toEqual([]);
    const protocol = [record("a", "", {}), record("b", "a", { convention: "mcp" })];
    expect([...repeatedSpans(protocol)]).toEqual(["b"]);
    const other = [record("a", "", {}), record("b", "a", { convention: "mcp", tool: "u" })];
    expect([...repeatedSpans(other)]).toEqual([]);
  });

  it("finds the framework's span around the provider library's", () => {
    const records = [
      record("a", "", { operation: "invoke_agent" }),
      record("b", "a", { operation: "chat" }),
      record("c", "b", { operation: "chat" }),
      record("d", "a", { operation: "chat" }),
    ];
    expect([...repeatedSpans(records)]).toEqual(["b"]);
  });

  it("ends on parents in a circle", () => {
    const records = [
      record("a", "b", { toolCallId: "c1" }),
      record("b", "a", { toolCallId: "c2" }),
    ];
    expect([...repeatedSpans(records)]).toHaveLength(2);
  });
});
