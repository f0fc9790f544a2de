import type { Detection } from "../../../core/model/finding.ts";
import { detectionId } from "../../../core/model/identity.ts";
import type { StoredSpan, StoredTrace } from "../stored-trace.ts";
import type { TraceStep } from "../trace-steps.ts";

/** What every detection of one trace detector shares. */
export type TraceRules = Pick<Detection, "detector" | "type" | "ruleVersion">;

/** What a trace detector says about the step that did the harm. */
export type TraceEvidence = Pick<
  Detection,
  "rule" | "targetClass" | "score" | "strength" | "severity" | "outcome" | "excerpt" | "maskedValue"
> & {
  readonly step: TraceStep;
  /** The tool that the finding is about, if that is not the step's own. */
  readonly tool?: string;
};

/** Ties each piece of evidence to the span of its step. */
export function toDetections(
  rules: TraceRules,
  trace: StoredTrace,
  evidence: readonly TraceEvidence[],
): Detection[] {
  return evidence.flatMap(({ step, ...found }) => {
    const span = trace.spans[step.record];
    return span === undefined ? [] : [toDetection({ ...rules, ...found }, span, trace, step)];
  });
}

function toDetection(
  found: TraceRules & Omit<TraceEvidence, "step">,
  span: StoredSpan,
  trace: StoredTrace,
  step: TraceStep,
): Detection {
  const place = { tenant: trace.tenant, traceId: trace.traceId, spanId: span.SpanId, series: "" };
  return {
    ...place,
    tool: step.content.tool,
    ...found,
    id: detectionId({ ...place, detector: found.detector, rule: found.rule }, ""),
    timeUnixMs: Math.trunc(step.timeUnixMs),
    service: span.ServiceName,
    environment: span.Environment,
    version: span.ServiceVersion,
    agent: span.GenAiAgent,
    session: span.Session || trace.traceId,
    location: step.content.location,
    onset: null,
  };
}
