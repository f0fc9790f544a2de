import type { TelltaleProcess } from "../../../bench/service-process.ts";
import { select } from "../witness.ts";

/**
 * The telemetry of a small shop, which every SDK sends: two spans, two log records, and two
 * collections of metrics of every kind. Here is what must be stored of it.
 */
export interface ShopRun {
  /** `service.name`; no other run has it. */
  readonly service: string;
  readonly temporality: "delta" | "cumulative";
  /** All times of spans and log records follow from it. */
  readonly startUnixNano: bigint;
}

export interface SpanIds {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}

/** What the SDK made up. */
export interface ShopIds {
  readonly agent: SpanIds;
  readonly chat: SpanIds;
}

/** Records of one run, as `/api/v1/accounting` counts them. */
export const shopRecords = { traces: 2, logs: 2, metrics: 18 } as const;

export function newShopRun(client: string, temporality: ShopRun["temporality"] = "delta"): ShopRun {
  const startUnixNano = BigInt(Date.now() - 60_000) * 1_000_000n + 123_457n;
  return { service: `shop ${client} ${startUnixNano}`, temporality, startUnixNano };
}

export type Service = Pick<TelltaleProcess, "api">;

/** Rows of a run; service names hold no quotes. */
export async function rowsOf(
  service: Service,
  table: string,
  columns: string,
  run: ShopRun,
): Promise<Record<string, unknown>[]> {
  const where = `WHERE ServiceName = '${run.service}'`;
  return await select<Record<string, unknown>>(
    service,
    `SELECT ${columns} FROM ${table} ${where} ORDER BY ALL`,
  );
}

export const resourceColumns =
  "ResourceAttributes['service.version'] AS Version, ResourceSchemaUrl";
export const resource = { Version: "1.2.3", ResourceSchemaUrl: "https://example.com/resource/1" };
export const scope = { ScopeName: "shop", ScopeVersion: "0.9" };
const scopeSchema = "https://example.com/scope/1";

export async function storedSpans(service: Service, run: ShopRun): Promise<object[]> {
  const columns = [
    "SpanName, SpanKind, TraceId, SpanId, ParentSpanId, StatusCode, StatusMessage",
    "toString(toUnixTimestamp64Nano(Timestamp)) AS Start, toString(Duration) AS Nanoseconds",
    "SpanAttributes, Events.Name AS EventNames, Events.Attributes AS EventAttributes",
    "arrayMap(t -> toString(toUnixTimestamp64Nano(t)), Events.Timestamp) AS EventTimes",
    "Links.TraceId AS LinkTraceIds, Links.SpanId AS LinkSpanIds, Links.Attributes AS LinkAttributes",
    `${resourceColumns}, ScopeName, ScopeVersion, ScopeSchemaUrl, Environment, ServiceVersion`,
    "GenAiOperation, GenAiProvider, GenAiRequestModel, GenAiResponseModel, GenAiAgent, Session",
    "toString(InputTokens) AS Input, toString(OutputTokens) AS Output",
  ];
  return await rowsOf(service, "otel_traces", columns.join(", "), run);
}

export function expectedSpans({ startUnixNano }: ShopRun, { agent, chat }: ShopIds): object[] {
  const common = {
    ...resource,
    ...scope,
    ScopeSchemaUrl: scopeSchema,
    Environment: "staging",
    ServiceVersion: "1.2.3",
    Session: "conversation-1",
  };
  return [
    {
      ...common,
      SpanName: "chat gpt-4o",
      SpanKind: "Client",
      TraceId: chat.traceId,
      SpanId: chat.spanId,
      ParentSpanId: agent.spanId,
      StatusCode: "Error",
      StatusMessage: "cut short",
      Start: String(startUnixNano + 1_000_000n),
      Nanoseconds: "2000001",
      SpanAttributes: {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.response.model": "gpt-4o-2024-08-06",
        "gen_ai.conversation.id": "conversation-1",
        "gen_ai.usage.input_tokens": "123",
        "gen_ai.usage.output_tokens": "45",
        "gen_ai.request.temperature": "0.5",
        "gen_ai.response.finish_reasons": '["length","stop"]',
        "shop.cached": "true",
        "shop.text": "naïve 漢字 🛒",
      },
      EventNames: ["gen_ai.choice"],
      EventTimes: [String(startUnixNano + 1_500_000n)],
      EventAttributes: [{ index: "0", finish_reason: "length" }],
      LinkTraceIds: ["0af7651916cd43dd8448eb211c80319c"],
      LinkSpanIds: ["b7ad6b7169203331"],
      LinkAttributes: [{ why: "retry" }],
      GenAiOperation: "chat",
      GenAiProvider: "openai",
      GenAiRequestModel: "gpt-4o",
      GenAiResponseModel: "gpt-4o-2024-08-06",
      GenAiAgent: "",
      Input: "123",
      Output: "45",
    },
    {
      ...common,
      SpanName: "invoke_agent planner",
      SpanKind: "Internal",
      TraceId: agent.traceId,
      SpanId: agent.spanId,
      ParentSpanId: "",
      StatusCode: "Unset",
      StatusMessage: "",
      Start: String(startUnixNano),
      Nanoseconds: "5000000",
      SpanAttributes: {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.provider.name": "openai",
        "gen_ai.agent.name": "planner",
        "gen_ai.conversation.id": "conversation-1",
      },
      EventNames: [],
      EventTimes: [],
      EventAttributes: [],
      LinkTraceIds: [],
      LinkSpanIds: [],
      LinkAttributes: [],
      GenAiOperation: "invoke_agent",
      GenAiProvider: "openai",
      GenAiRequestModel: "",
      GenAiResponseModel: "",
      GenAiAgent: "planner",
      Input: "0",
      Output: "0",
    },
  ];
}

export async function storedLogs(service: Service, run: ShopRun): Promise<object[]> {
  const columns = [
    "SeverityNumber, SeverityText, EventName, Body, LogAttributes, TraceId, SpanId, TraceFlags",
    "toString(toUnixTimestamp64Nano(Timestamp)) AS Time",
    `${resourceColumns}, ScopeName, ScopeVersion, ScopeSchemaUrl`,
  ];
  return await rowsOf(service, "otel_logs", columns.join(", "), run);
}

export function expectedLogs({ startUnixNano }: ShopRun, { chat }: ShopIds): object[] {
  const common = { ...resource, ...scope, ScopeSchemaUrl: scopeSchema };
  return [
    {
      ...common,
      SeverityNumber: 9,
      SeverityText: "INFO",
      EventName: "gen_ai.evaluation.result",
      Body: '{"label":"good","parts":[{"n":1},"two"]}',
      LogAttributes: {
        "gen_ai.evaluation.name": "relevance",
        "gen_ai.evaluation.score.value": "0.75",
        "shop.cart": '{"items":2,"open":true}',
      },
      TraceId: chat.traceId,
      SpanId: chat.spanId,
      TraceFlags: chat.traceFlags,
      Time: String(startUnixNano + 2_000_000n),
    },
    {
      ...common,
      SeverityNumber: 13,
      SeverityText: "WARN",
      EventName: "",
      Body: "the till is nearly empty",
      LogAttributes: {},
      TraceId: "",
      SpanId: "",
      TraceFlags: 0,
      Time: String(startUnixNano + 3_000_000n),
    },
  ];
}
