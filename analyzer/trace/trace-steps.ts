import type { Content, GenAiRecord } from "../../core/model/genai.ts";
import type { Span } from "../../core/model/telemetry.ts";
import { normalizeSpan } from "../normalize/normalize.ts";
import type { StoredTrace } from "./stored-trace.ts";
import { toSpan } from "./to-span.ts";

const errorStatus = 2;

/** One thing that was said, asked for or done in a trace. */
export interface TraceStep {
  readonly content: Content;
  /** Position in time; equal times keep the order of the record. */
  readonly timeUnixMs: number;
  /** Position of its span in the trace. */
  readonly record: number;
  /** True for a call that was carried out. */
  readonly executed: boolean;
  /** True for a call that was refused or failed. */
  readonly failed: boolean;
}

/**
 * A trace as steps in order of time. A tool call shows up twice in many traces, as the model's
 * request and as the span that carried it out; the same call id counts once, as carried out.
 */
export function traceSteps({ spans }: StoredTrace): TraceStep[] {
  const steps: TraceStep[] = [];
  for (const [record, stored] of spans.entries()) {
    const span = toSpan(stored);
    const genAi = normalizeSpan(span);
    if (genAi !== null) {
      steps.push(...stepsOf(genAi, span, record));
    }
  }
  steps.sort((a, b) => a.timeUnixMs - b.timeUnixMs);
  return withoutRequests(steps);
}

function stepsOf(genAi: GenAiRecord, span: Span, record: number): TraceStep[] {
  const isExecution = genAi.operation === "execute_tool";
  const failed = isExecution && span.statusCode === errorStatus;
  return genAi.contents.map((content) => {
    const atEnd =
      content.direction === "output" ||
      (isExecution ? content.direction === "tool_result" : content.direction === "tool_call");
    return {
      content,
      record,
      timeUnixMs: Number((atEnd ? span.endTimeUnixNano : span.startTimeUnixNano) / 1_000_000n),
      executed: isExecution && !failed,
      failed,
    };
  });
}

/** Drops the model's request where the call itself is known, and repeated results. */
function withoutRequests(steps: readonly TraceStep[]): TraceStep[] {
  const carriedOut = new Set<string>();
  for (const { content, executed, failed } of steps) {
    if (content.direction === "tool_call" && (executed || failed) && content.toolCallId !== "") {
      carriedOut.add(content.toolCallId);
    }
  }
  const results = new Set<string>();
  return steps.filter(({ content, executed, failed }) => {
    if (content.direction === "tool_call") {
      return executed || failed || !carriedOut.has(content.toolCallId);
    }
    if (content.direction === "tool_result" && content.toolCallId !== "") {
      const seen = results.has(content.toolCallId);
      results.add(content.toolCallId);
      return !seen;
    }
    return true;
  });
}
