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
  WHERE Tenant = {tenant:String} AND Fingerprint = {fingerprint:String} AND Retracted = 0
    AND TraceId != ''
    AND Time >= fromUnixTimestamp64Milli({from:Int64})
    AND Time <= fromUnixTimestamp64Milli({to:Int64})
  ORDER BY traceId
  LIMIT ${maxFlaggedTraces}`;

const detectedSpans = `
  SELECT DISTINCT SpanId AS spanId
  FROM detections FINAL
  WHERE Tenant = {tenant:String} AND Retracted = 0 AND TraceId IN {traces:Array(String)}
    AND Time >= fromUnixTimestamp64Milli({from:Int64})
    AND Time <= fromUnixTimestamp64Milli({to:Int64})`;

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

/**
 * Reads the tool calls of a finding's service in the 14 days up to its last detection, in event
 * time. Flagged are the calls of its traces, narrowed to its tool and to spans with a detection where
 * there are such; benign are calls in traces without any detection, the newest 20,000.
 */
export async function readCallSample(store: Store, finding: Finding): Promise<CallSample> {
  const to = Date.parse(finding.lastSeen);
  const from = to - backtestDays * 86_400_000;
  const { tenant, fingerprint, service, environment } = finding;
  const window = { tenant, from, to };
  const traces = await store.query<{ traceId: string }>(flaggedTraces, { ...window, fingerprint });
  const ids = traces.map(({ traceId }) => traceId);
  const scope = { ...window, service, environment };
  const calls = await store.query<ToolCall>(flaggedCalls, { ...scope, traces: ids });
  const spans = await store.query<{ spanId: string }>(detectedSpans, { ...window, traces: ids });
  const benign = await store.query<ToolCall>(benignCalls, scope);
  return {
    window: { from: new Date(from).toISOString(), to: new Date(to).toISOString() },
    flagged: narrowed(calls, finding.tool, new Set(spans.map(({ spanId }) => spanId))),
    benign,
  };
}

function narrowed(
  calls: readonly ToolCall[],
  tool: string,
  detected: ReadonlySet<string>,
): readonly ToolCall[] {
  const ofTool = unlessEmpty(
    calls.filter((call) => call.tool === tool),
    calls,
  );
  return unlessEmpty(
    ofTool.filter((call) => detected.has(call.spanId)),
    ofTool,
  );
}

function unlessEmpty<Item>(items: readonly Item[], otherwise: readonly Item[]): readonly Item[] {
  return items.length === 0 ? otherwise : items;
}
