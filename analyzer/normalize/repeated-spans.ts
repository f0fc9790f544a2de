import { type GenAiRecord, inferenceOperations } from "../../core/model/genai.ts";

/** What is needed of a span of one trace. */
export interface TracedRecord {
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly genAi: Pick<GenAiRecord, "operation" | "tool" | "toolCallId" | "convention">;
}

/** Steps up from a span; longer chains are hostile or broken. */
const maxAncestors = 64;

/**
 * Spans that say again what another span of the same trace says, by span id:
 *
 * - a tool call that is seen below another record of the same call, as when an `execute_tool`
 *   span holds the MCP client's and that the MCP server's: the outermost one is the call;
 * - a model call above another model call, as when a framework's instrumentation and that of the
 *   provider's library both are on: the innermost one is the call.
 *
 * Two tool spans are the same call by `gen_ai.tool.call.id`, else by the same tool where one of
 * them is the protocol's.
 */
export function repeatedSpans(records: readonly TracedRecord[]): ReadonlySet<string> {
  const byId = new Map(records.map((record) => [record.spanId, record]));
  const repeated = new Set<string>();
  for (const record of records) {
    for (const ancestor of ancestorsOf(record, byId)) {
      if (isSameCall(record, ancestor)) {
        repeated.add(record.spanId);
      }
      if (isInference(record) && isInference(ancestor)) {
        repeated.add(ancestor.spanId);
      }
    }
  }
  return repeated;
}

function* ancestorsOf(
  record: TracedRecord,
  byId: ReadonlyMap<string, TracedRecord>,
): Generator<TracedRecord> {
  let current = byId.get(record.parentSpanId);
  for (let step = 0; step < maxAncestors && current !== undefined; step += 1) {
    yield current;
    current = byId.get(current.parentSpanId);
  }
}

function isSameCall({ genAi: inner }: TracedRecord, { genAi: outer }: TracedRecord): boolean {
  if (inner.operation !== "execute_tool" || outer.operation !== "execute_tool") {
    return false;
  }
  if (inner.toolCallId !== "" && outer.toolCallId !== "") {
    return inner.toolCallId === outer.toolCallId;
  }
  const isProtocol = inner.convention === "mcp" || outer.convention === "mcp";
  return isProtocol && inner.tool === outer.tool;
}

function isInference({ genAi }: TracedRecord): boolean {
  return inferenceOperations.has(genAi.operation);
}
