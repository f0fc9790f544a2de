import type { StoredSpan, StoredTrace } from "../stored-trace.ts";

/** One tool call of a canary. */
export interface CanaryCall {
  readonly tool: string;
  readonly arguments: Readonly<Record<string, string>>;
  readonly result: string;
}

/** A made-up trace of tool calls, one a second; it is never stored. */
export function canaryTrace(calls: readonly CanaryCall[]): StoredTrace {
  return { tenant: "canary", traceId: "c".repeat(32), spans: calls.map(toSpan) };
}

function toSpan(call: CanaryCall, index: number): StoredSpan {
  return {
    TraceId: "c".repeat(32),
    SpanId: index.toString(16).padStart(16, "0"),
    ParentSpanId: "",
    SpanName: `execute_tool ${call.tool}`,
    SpanKind: "Internal",
    ServiceName: "canary",
    Environment: "",
    ServiceVersion: "",
    TimeUnixMs: index * 1000,
    Duration: 1_000_000,
    StatusCode: "Unset",
    StatusMessage: "",
    SpanAttributes: {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": call.tool,
      "gen_ai.tool.call.arguments": JSON.stringify(call.arguments),
      "gen_ai.tool.call.result": call.result,
    },
    GenAiConvention: "otel",
    GenAiOperation: "execute_tool",
    GenAiAgent: "",
    GenAiTool: call.tool,
    GenAiToolCallId: "",
    Session: "",
  };
}
