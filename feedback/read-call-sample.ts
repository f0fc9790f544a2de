import type { Finding } from "../core/model/finding.ts";
import type { Store } from "../core/store/store.ts";
import type { CallSample } from "./backtest.ts";
import { ruleArguments } from "./surfaces/guardrail/claude-tool-use.ts";
import type { ToolCall } from "./surfaces/tool-call.ts";

/** Days of stored tool calls that a rule is replayed over. */
export const backtestDays = 14;
const maxFlaggedTraces = 2000;
const maxFlaggedCalls = 5000;
const maxBenignCalls = 20_000;

const flaggedTraces = `
  SELECT DISTINCT TraceId AS traceId
  FROM detections FINAL
  WHERE Tenant = {tenant:String} AND Fingerprint IN {fingerprints:Array(String)} AND Retracted = 0
    AND TraceId != ''
    AND Time >= fromUnixTimestamp64Milli({from:Int64})
    AND Time <= fromUnixTimestamp64Milli({to:Int64})
  ORDER BY traceId
  LIMIT ${maxFlaggedTraces}`;

const detectedSpans = `
  SELECT SpanId AS spanId, max(Outcome = 'success') AS succeeded
  FROM detections FINAL
  WHERE Tenant = {tenant:String} AND Fingerprint IN {fingerprints:Array(String)} AND Retracted = 0
    AND TraceId IN {traces:Array(String)}
    AND Time >= fromUnixTimestamp64Milli({from:Int64})
    AND Time <= fromUnixTimestamp64Milli({to:Int64})
  GROUP BY spanId`;

/** Only what a rule looks at leaves the store: a body of megabytes must not hide the URL. */
const ruleArgumentsOnly = ruleArguments
  .map((name) => `'${name}', substringUTF8(JSONExtractString(raw, '${name}'), 1, 2048)`)
  .join(", ");

const selectCalls = `
  WITH multiIf(
    SpanAttributes['gen_ai.tool.call.arguments'] != '',
    SpanAttributes['gen_ai.tool.call.arguments'],
    SpanAttributes['input.value'] != '', SpanAttributes['input.value'],
    SpanAttributes['traceloop.entity.input']
  ) AS raw
  SELECT TraceId AS traceId, SpanId AS spanId, Session AS session, ServiceName AS service,
    GenAiTool AS tool, toJSONString(map(${ruleArgumentsOnly})) AS arguments
  FROM otel_traces`;

const callFilter = `
  Tenant = {tenant:String} AND ServiceName = {service:String}
  AND Environment = {environment:String} AND GenAiOperation = 'execute_tool'
  AND Timestamp >= fromUnixTimestamp64Milli({from:Int64})
  AND Timestamp <= fromUnixTimestamp64Milli({to:Int64})`;

const flaggedCalls = `
  ${selectCalls}
  WHERE ${callFilter} AND TraceId IN {traces:Array(String)}
  ORDER BY Timestamp DESC, SpanId
  LIMIT ${maxFlaggedCalls}`;

const benignCalls = `
  ${selectCalls}
  WHERE ${callFilter} AND TraceId NOT IN (
    SELECT TraceId FROM detections FINAL
    WHERE Tenant = {tenant:String} AND Retracted = 0 AND TraceId != ''
      AND Time >= fromUnixTimestamp64Milli({from:Int64})
      AND Time <= fromUnixTimestamp64Milli({to:Int64})
  )
  ORDER BY Timestamp DESC, SpanId
  LIMIT ${maxBenignCalls}`;

/** The findings that a rule is to answer; all of one tenant, service and environment. */
export type SampledFindings = readonly [
  Pick<Finding, "tenant" | "service" | "environment" | "fingerprint" | "tool" | "lastSeen">,
  ...Pick<Finding, "fingerprint" | "tool" | "lastSeen">[],
];

/**
 * Reads the tool calls of a service in the 14 days up to the last detection of any of the
 * findings, in event time. Flagged are the calls that the findings are about (`flaggedOf`);
 * benign are calls in traces without any detection, the newest 20,000.
 */
export async function readCallSample(store: Store, findings: SampledFindings): Promise<CallSample> {
  const [{ tenant, service, environment }] = findings;
  const to = Math.max(...findings.map(({ lastSeen }) => Date.parse(lastSeen)));
  const from = to - backtestDays * 86_400_000;
  const window = { tenant, from, to };
  const scope = { ...window, service, environment };
  const fingerprints = findings.map(({ fingerprint }) => fingerprint);
  const detected = { ...window, fingerprints };
  const traceRows = await store.query<{ traceId: string }>(flaggedTraces, detected);
  const traces = traceRows.map(({ traceId }) => traceId);
  const calls = await store.query<ToolCall>(flaggedCalls, { ...scope, traces });
  const spans = await store.query<DetectedSpan>(detectedSpans, { ...detected, traces });
  const benign = await store.query<ToolCall>(benignCalls, scope);
  const tools = new Set(findings.map(({ tool }) => tool));
  return {
    window: { from: new Date(from).toISOString(), to: new Date(to).toISOString() },
    flagged: flaggedOf(calls, spans, tools),
    benign,
  };
}

interface DetectedSpan {
  readonly spanId: string;
  readonly succeeded: number;
}

/**
 * The calls with a detection, of the tools through which a harmful act succeeded if any did:
 * the call that brought an instruction in is not the one to stop. Where no call carries a
 * detection, those of the findings' tools in their traces, else all in their traces.
 */
export function flaggedOf(
  calls: readonly ToolCall[],
  spans: readonly DetectedSpan[],
  tools: ReadonlySet<string>,
): readonly ToolCall[] {
  const succeeded = new Map(spans.map((span) => [span.spanId, span.succeeded === 1]));
  const detected = calls.filter(({ spanId }) => succeeded.has(spanId));
  if (detected.length === 0) {
    return unlessEmpty(
      calls.filter(({ tool }) => tools.has(tool)),
      calls,
    );
  }
  const harmful = new Set(
    detected.filter(({ spanId }) => succeeded.get(spanId)).map(({ tool }) => tool),
  );
  return unlessEmpty(
    detected.filter(({ tool }) => harmful.has(tool)),
    detected,
  );
}

function unlessEmpty<Item>(items: readonly Item[], otherwise: readonly Item[]): readonly Item[] {
  return items.length === 0 ? otherwise : items;
}
