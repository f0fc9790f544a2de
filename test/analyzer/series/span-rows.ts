import { createRandom } from "../../../bench/random.ts";

/** A row of `otel_traces` with the columns that windows are made of. */
export interface SpanRow {
  readonly Tenant: string;
  readonly Timestamp: string;
  readonly TraceId: string;
  readonly SpanId: string;
  readonly ParentSpanId: string;
  readonly SpanKind: string;
  readonly ServiceName: string;
  readonly Environment: string;
  readonly ServiceVersion: string;
  readonly StatusCode: string;
  readonly Duration: number;
  readonly GenAiOperation: string;
  readonly GenAiRequestModel: string;
  readonly GenAiTool: string;
  readonly InputTokens: number;
  readonly OutputTokens: number;
  readonly CostUsd: number;
  readonly SampleWeight: number;
  readonly TailSampled: number;
  readonly SpanAttributes: Readonly<Record<string, string>>;
}

export const baseRow: SpanRow = {
  Tenant: "default",
  Timestamp: "2026-11-02T00:00:00.000Z",
  TraceId: "00000000000000000000000000000001",
  SpanId: "0000000000000001",
  ParentSpanId: "",
  SpanKind: "Server",
  ServiceName: "shop",
  Environment: "production",
  ServiceVersion: "1.0.0",
  StatusCode: "Unset",
  Duration: 200_000_000,
  GenAiOperation: "",
  GenAiRequestModel: "",
  GenAiTool: "",
  InputTokens: 0,
  OutputTokens: 0,
  CostUsd: 0,
  SampleWeight: 1,
  TailSampled: 0,
  SpanAttributes: {},
};

export interface Traffic {
  readonly seed: number;
  readonly fromUnixMs: number;
  readonly minutes: number;
  /** Requests per minute; each makes a chat span and every fourth one a tool span. */
  readonly rate: number;
  readonly errorRate?: number;
  readonly durationFactor?: number;
  readonly service?: string;
  readonly tool?: string;
}

/** Spans of a small agent service, evenly spread over the minutes, everything else seeded. */
export function spanRows(traffic: Traffic): SpanRow[] {
  const random = createRandom(traffic.seed);
  const rows: SpanRow[] = [];
  for (let i = 0; i < traffic.minutes * traffic.rate; i++) {
    const timeUnixMs = traffic.fromUnixMs + Math.floor((i * 60_000) / traffic.rate);
    const traceId = `${traffic.seed.toString(16)}${i.toString(16).padStart(8, "0")}`.padStart(
      32,
      "0",
    );
    const row = (ordinal: number, fields: Partial<SpanRow>): SpanRow => ({
      ...baseRow,
      ServiceName: traffic.service ?? "shop",
      Timestamp: new Date(timeUnixMs + ordinal).toISOString(),
      TraceId: traceId,
      SpanId: `${ordinal}${traceId.slice(17)}`,
      ParentSpanId: ordinal === 0 ? "" : `0${traceId.slice(17)}`,
      StatusCode: random() < (traffic.errorRate ?? 0.005) ? "Error" : "Unset",
      Duration: Math.round(
        2e8 * (traffic.durationFactor ?? 1) * Math.exp(0.5 * (random() + random() - 1)),
      ),
      ...fields,
    });
    const tokens = 100 + Math.floor(200 * random());
    rows.push(row(0, {}));
    rows.push(
      row(1, {
        SpanKind: "Client",
        GenAiOperation: "chat",
        GenAiRequestModel: "model-a",
        InputTokens: tokens,
        OutputTokens: 50,
        CostUsd: tokens * 3e-6,
        SpanAttributes: { "server.address": "api.example.com" },
      }),
    );
    if (i % 4 === 0) {
      rows.push(
        row(2, {
          SpanKind: "Internal",
          GenAiOperation: "execute_tool",
          GenAiTool: traffic.tool ?? "search",
        }),
      );
    }
  }
  return rows;
}
