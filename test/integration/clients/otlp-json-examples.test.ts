import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTelltaleProcess, type TelltaleProcess } from "../../../bench/service-process.ts";
import type { AccountingRow } from "../../../core/queue/queue.ts";
import {
  type OtlpJsonExamples,
  otlpJsonExamples,
} from "../../helpers/clients/otlp-json-examples.ts";
import { settledCounts } from "../../helpers/clients/shop-outcome.ts";
import { select } from "../../helpers/witness.ts";

const dir = mkdtempSync(join(tmpdir(), "telltale-examples-"));
let service: TelltaleProcess;
beforeEach(async () => {
  service = await startTelltaleProcess(mkdtempSync(join(dir, "data-")));
});
afterEach(async () => {
  await service.stop();
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

type Raw = { rawJSON(text: string): object } & typeof JSON;

const nowUnixNano = BigInt(Date.now() - 60_000) * 1_000_000n + 300_001n;
const encodings: [string, (value: bigint) => string | object][] = [
  ["text", String],
  // A double could not hold them: the digits are written as they are.
  ["numbers", (value) => (JSON as Raw).rawJSON(String(value))],
];

async function post(signal: string, body: object): Promise<object> {
  const response = await fetch(`${service.otlpHttp}/v1/${signal}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

async function postAll({ traces, logs, events, metrics }: OtlpJsonExamples): Promise<object[]> {
  return [
    await post("traces", traces),
    await post("logs", logs),
    await post("logs", events),
    await post("metrics", metrics),
  ];
}

const common = {
  ServiceName: "example.till",
  ScopeName: "example.library",
  ScopeVersion: "2.1.0",
};
const span = { TraceId: "4bf92f3577b34da6a3ce929d0e0e4736", SpanId: "00f067aa0ba902b7" };

describe("requests like the examples of opentelemetry-proto", () => {
  it.each(encodings)("are stored whole with 64-bit numbers as %s", async (_name, nano) => {
    const empty = { status: 200, body: {} };
    const answers = await postAll(otlpJsonExamples(nowUnixNano, nano));
    expect(answers).toEqual([empty, empty, empty, empty]);
    expect(await settledCounts(service)).toEqual({ traces: 1, logs: 2, metrics: 4 });
    const scopeColumns = Object.keys(common).join(", ");
    const at = (column: string) => `toString(toUnixTimestamp64Nano(${column})) AS Time`;
    const Time = String(nowUnixNano);
    expect(
      await select(
        service,
        `SELECT ${scopeColumns}, TraceId, SpanId, ParentSpanId, SpanName, SpanKind, SpanAttributes,
           toString(Duration) AS Nanoseconds, ${at("Timestamp")} FROM otel_traces`,
      ),
    ).toEqual([
      {
        ...common,
        ...span,
        ParentSpanId: "00f067aa0ba902b6",
        SpanName: "GET /till",
        SpanKind: "Server",
        SpanAttributes: { "example.span": "one" },
        Nanoseconds: "1000000000",
        Time,
      },
    ]);
    expect(
      await select(
        service,
        `SELECT ${scopeColumns}, ScopeAttributes, TraceId, SpanId, SeverityNumber, SeverityText, Body,
           LogAttributes, EventName, ${at("Timestamp")} FROM otel_logs ORDER BY SeverityNumber`,
      ),
    ).toEqual([
      {
        ...common,
        ScopeAttributes: { "example.scope": "the scope's own" },
        TraceId: "",
        SpanId: "",
        SeverityNumber: 9,
        SeverityText: "",
        Body: '{"type":0,"url":"https://till.example/open","title":"The till"}',
        LogAttributes: { "event.name": "browser.page_view" },
        EventName: "browser.page_view",
        Time,
      },
      {
        ...common,
        ScopeAttributes: { "example.scope": "the scope's own" },
        ...span,
        SeverityNumber: 10,
        SeverityText: "Information",
        Body: "The till was opened",
        LogAttributes: {
          "a.string": "some text",
          "a.boolean": "true",
          "an.int": "10",
          "a.double": "637.704",
          "an.array": '["many","values"]',
          "a.map": '{"inner":"value"}',
        },
        EventName: "",
        Time,
      },
    ]);
    const point = {
      ...common,
      MetricUnit: "1",
      MetricDescription: "An example",
      Attributes: { "example.point": "one" },
      Time,
    };
    const pointColumns = `${scopeColumns}, MetricName, MetricUnit, MetricDescription, Attributes, ${at("TimeUnix")}`;
    const summary = "toFloat64(Count) AS Points, Sum, Min, Max, AggregationTemporality";
    expect([
      await select(service, `SELECT ${pointColumns}, Value, IsMonotonic FROM otel_metrics_sum`),
      await select(service, `SELECT ${pointColumns}, Value FROM otel_metrics_gauge`),
      await select(
        service,
        `SELECT ${pointColumns}, ${summary}, arrayMap(c -> toFloat64(c), BucketCounts) AS Counts,
           ExplicitBounds FROM otel_metrics_histogram`,
      ),
      await select(
        service,
        `SELECT ${pointColumns}, ${summary}, Scale, toFloat64(ZeroCount) AS Zeros, PositiveOffset,
           arrayMap(c -> toFloat64(c), PositiveBucketCounts) AS Counts
         FROM otel_metrics_exponential_histogram`,
      ),
    ]).toEqual([
      [{ ...point, MetricName: "example.counter", Value: 5, IsMonotonic: true }],
      [{ ...point, MetricName: "example.gauge", Value: 10 }],
      [
        {
          ...point,
          MetricName: "example.histogram",
          Points: 2,
          Sum: 2,
          Min: 0,
          Max: 2,
          AggregationTemporality: 1,
          Counts: [1, 1],
          ExplicitBounds: [1],
        },
      ],
      [
        {
          ...point,
          MetricName: "example.exponential",
          Points: 3,
          Sum: 10,
          Min: 0,
          Max: 5,
          AggregationTemporality: 1,
          Scale: 0,
          Zeros: 1,
          PositiveOffset: 1,
          Counts: [0, 2],
        },
      ],
    ]);
  });

  it("are refused in words, and counted, with the times of the originals, years ago", async () => {
    const answers = await postAll(otlpJsonExamples(1_544_712_660_000_000_000n, String));
    const refused = (rejectedCount: object) => ({
      status: 200,
      body: { partialSuccess: { ...rejectedCount, errorMessage: expect.stringMatching(/time/) } },
    });
    expect(answers).toEqual([
      refused({ rejectedSpans: "1" }),
      refused({ rejectedLogRecords: "1" }),
      refused({ rejectedLogRecords: "1" }),
      refused({ rejectedDataPoints: "4" }),
    ]);
    const response = await fetch(`${service.api}/api/v1/accounting`);
    const { items } = (await response.json()) as { items: AccountingRow[] };
    expect(
      items.map(({ signal, received, stored, rejected }) => ({
        signal,
        received,
        stored,
        rejected,
      })),
    ).toEqual(
      expect.arrayContaining([
        { signal: "traces", received: 1, stored: 0, rejected: { time_out_of_range: 1 } },
        { signal: "logs", received: 2, stored: 0, rejected: { time_out_of_range: 2 } },
        { signal: "metrics", received: 4, stored: 0, rejected: { time_out_of_range: 4 } },
      ]),
    );
  });
});
