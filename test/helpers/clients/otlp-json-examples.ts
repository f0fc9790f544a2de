export type OtlpJsonExamples = Record<"traces" | "logs" | "events" | "metrics", object>;

/**
 * Four OTLP/JSON requests with the structure of those under `examples/` of opentelemetry-proto,
 * written anew: a span, a log record with an attribute of every kind, an event, and metrics.
 * `nano` writes 64-bit numbers: as text, as the specification has it, or as JSON numbers.
 */
export function otlpJsonExamples(
  unixNano: bigint,
  nano: (value: bigint) => string | object,
): OtlpJsonExamples {
  const resource = { attributes: [text("service.name", "example.till")] };
  const scope = {
    name: "example.library",
    version: "2.1.0",
    attributes: [text("example.scope", "the scope's own")],
  };
  const time = nano(unixNano);
  const times = { startTimeUnixNano: time, timeUnixNano: time };
  const about = { unit: "1", description: "An example" };
  const attributes = [text("example.point", "one")];
  const span = {
    traceId: "4BF92F3577B34DA6A3CE929D0E0E4736",
    spanId: "00F067AA0BA902B7",
    parentSpanId: "00F067AA0BA902B6",
    name: "GET /till",
    startTimeUnixNano: time,
    endTimeUnixNano: nano(unixNano + 1_000_000_000n),
    kind: 2,
    attributes: [text("example.span", "one")],
  };
  const logRecord = {
    timeUnixNano: time,
    observedTimeUnixNano: time,
    severityNumber: 10,
    severityText: "Information",
    traceId: span.traceId,
    spanId: span.spanId,
    body: { stringValue: "The till was opened" },
    attributes: [
      text("a.string", "some text"),
      { key: "a.boolean", value: { boolValue: true } },
      { key: "an.int", value: { intValue: nano(10n) } },
      { key: "a.double", value: { doubleValue: 637.704 } },
      {
        key: "an.array",
        value: { arrayValue: { values: [{ stringValue: "many" }, { stringValue: "values" }] } },
      },
      { key: "a.map", value: { kvlistValue: { values: [text("inner", "value")] } } },
    ],
  };
  const event = {
    timeUnixNano: time,
    observedTimeUnixNano: time,
    severityNumber: 9,
    attributes: [text("event.name", "browser.page_view")],
    body: {
      kvlistValue: {
        values: [
          { key: "type", value: { intValue: nano(0n) } },
          text("url", "https://till.example/open"),
          text("title", "The till"),
        ],
      },
    },
  };
  const metrics = [
    {
      ...about,
      name: "example.counter",
      sum: {
        aggregationTemporality: 1,
        isMonotonic: true,
        dataPoints: [{ ...times, asDouble: 5, attributes }],
      },
    },
    {
      ...about,
      name: "example.gauge",
      gauge: { dataPoints: [{ timeUnixNano: time, asDouble: 10, attributes }] },
    },
    {
      ...about,
      name: "example.histogram",
      histogram: {
        aggregationTemporality: 1,
        dataPoints: [
          {
            ...times,
            count: nano(2n),
            sum: 2,
            bucketCounts: [nano(1n), nano(1n)],
            explicitBounds: [1],
            min: 0,
            max: 2,
            attributes,
          },
        ],
      },
    },
    {
      ...about,
      name: "example.exponential",
      exponentialHistogram: {
        aggregationTemporality: 1,
        dataPoints: [
          {
            ...times,
            count: nano(3n),
            sum: 10,
            scale: 0,
            zeroCount: nano(1n),
            positive: { offset: 1, bucketCounts: [nano(0n), nano(2n)] },
            min: 0,
            max: 5,
            zeroThreshold: 0,
            attributes,
          },
        ],
      },
    },
  ];
  return {
    traces: { resourceSpans: [{ resource, scopeSpans: [{ scope, spans: [span] }] }] },
    logs: { resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords: [logRecord] }] }] },
    events: { resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords: [event] }] }] },
    metrics: { resourceMetrics: [{ resource, scopeMetrics: [{ scope, metrics }] }] },
  };
}

function text(key: string, stringValue: string) {
  return { key, value: { stringValue } };
}
