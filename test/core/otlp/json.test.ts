import { decodeLogs } from "../../../core/otlp/decode-logs.ts";
import { decodeMetrics } from "../../../core/otlp/decode-metrics.ts";
import { decodeTraces } from "../../../core/otlp/decode-traces.ts";
import { OtlpDecodeError } from "../../../core/otlp/otlp-decode-error.ts";
import { scanRequest } from "../../../core/otlp/scan.ts";
import { nowNano } from "./samples.ts";

const limits = { oldestUnixNano: 0n, newestUnixNano: 2n ** 63n, maxDepth: 100 };
const traceId = "0102030405060708090A0B0C0D0E0F10";
const spanId = "01020304050607Ff";
const minimal = { traceId, spanId, startTimeUnixNano: `${nowNano}` };

function traces(...spans: readonly unknown[]): Buffer {
  return Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }));
}

function scanSpan(parts: object) {
  return scanRequest("traces", "json", traces({ ...minimal, ...parts }), limits);
}

function attributeOf(value: unknown) {
  const attributes = [{ key: "k", value }];
  return decodeTraces("json", traces({ ...minimal, attributes }))[0]?.attributes.get("k");
}

test("a span of every field", () => {
  const body = Buffer.from(
    JSON.stringify({
      resourceSpans: [
        {
          resource: { attributes: [{ key: "service.name", value: { stringValue: "shop" } }] },
          scopeSpans: [
            {
              scope: { name: "lib", version: "2" },
              spans: [
                {
                  traceId,
                  spanId,
                  parentSpanId: "",
                  flags: 257,
                  name: "chat",
                  kind: 3,
                  startTimeUnixNano: "1763000000123456789",
                  endTimeUnixNano: 1763000000,
                  attributes: [{ key: "tokens", value: { intValue: "12" } }],
                  events: [{ timeUnixNano: "5", name: "e" }],
                  links: [{ traceId, spanId }],
                  status: { code: 2, message: "boom" },
                  droppedAttributesCount: 1,
                  somethingNew: { deep: [1, 2] },
                },
              ],
              schemaUrl: "scope-schema",
            },
          ],
          schemaUrl: "resource-schema",
        },
      ],
    }),
  );
  expect(decodeTraces("json", body)).toEqual([
    {
      resource: { attributes: new Map([["service.name", "shop"]]), schemaUrl: "resource-schema" },
      scope: { name: "lib", version: "2", attributes: new Map(), schemaUrl: "scope-schema" },
      traceId: traceId.toLowerCase(),
      spanId: "01020304050607ff",
      parentSpanId: "",
      traceState: "",
      name: "chat",
      kind: 3,
      startTimeUnixNano: 1763000000123456789n,
      endTimeUnixNano: 1763000000n,
      attributes: new Map([["tokens", 12]]),
      events: [{ timeUnixNano: 5n, name: "e", attributes: new Map() }],
      links: [
        {
          traceId: traceId.toLowerCase(),
          spanId: "01020304050607ff",
          traceState: "",
          attributes: new Map(),
        },
      ],
      statusCode: 2,
      statusMessage: "boom",
    },
  ]);
});

describe("records that are refused", () => {
  test.each([
    { parts: { traceId: "" }, code: "invalid_id" },
    { parts: { traceId: null }, code: "invalid_id" },
    { parts: { traceId: "0".repeat(32) }, code: "invalid_id" },
    { parts: { traceId: `${traceId}00` }, code: "invalid_id" },
    { parts: { traceId: `g${traceId.slice(1)}` }, code: "invalid_id" },
    { parts: { traceId: Buffer.from(traceId, "hex").toString("base64") }, code: "invalid_id" },
    { parts: { spanId: "01" }, code: "invalid_id" },
    { parts: { parentSpanId: "xyz" }, code: "invalid_id" },
    { parts: { links: [{ traceId: "abc" }] }, code: "invalid_id" },
    { parts: { kind: "SPAN_KIND_CLIENT" }, code: "invalid_enum" },
    { parts: { kind: "3" }, code: "invalid_enum" },
    { parts: { kind: 1.5 }, code: "invalid_enum" },
    { parts: { kind: 2 ** 31 }, code: "invalid_enum" },
    { parts: { status: { code: "STATUS_CODE_ERROR" } }, code: "invalid_enum" },
    { parts: { startTimeUnixNano: "18446744073709551615" }, code: "time_out_of_range" },
    { parts: { name: "\ud800" }, code: "invalid_utf8" },
  ])("$parts: $code", ({ parts, code }) => {
    const body = traces(minimal, { ...minimal, ...parts }, minimal);
    const scan = scanRequest("traces", "json", body, limits);
    expect(scan).toMatchObject({ accepted: 2, rejected: { [code]: 1 }, rejectedOrdinals: [1] });
    expect(decodeTraces("json", body, new Set([1]))).toHaveLength(2);
  });

  test("an enum of a metric by name refuses all its points", () => {
    const dataPoints = [
      { asInt: 1, timeUnixNano: "5" },
      { asInt: 2, timeUnixNano: "5" },
    ];
    const sum = { dataPoints, aggregationTemporality: "AGGREGATION_TEMPORALITY_DELTA" };
    const body = { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: "m", sum }] }] }] };
    const scan = scanRequest("metrics", "json", Buffer.from(JSON.stringify(body)), limits);
    expect(scan.rejected).toEqual({ invalid_enum: 2 });
  });

  test("a severity by name", () => {
    const logRecords = [{ severityNumber: "SEVERITY_NUMBER_INFO" }, { severityNumber: 9 }];
    const body = { resourceLogs: [{ scopeLogs: [{ logRecords }] }] };
    const scan = scanRequest("logs", "json", Buffer.from(JSON.stringify(body)), limits);
    expect(scan.rejectedOrdinals).toEqual([0]);
  });
});

describe("values", () => {
  test.each([
    { value: { stringValue: "" }, expected: "" },
    { value: { boolValue: false }, expected: false },
    { value: { intValue: "9007199254740993" }, expected: 9007199254740993n },
    { value: { intValue: 7 }, expected: 7 },
    { value: { intValue: "-9223372036854775808" }, expected: -(2n ** 63n) },
    { value: { doubleValue: "NaN" }, expected: Number.NaN },
    { value: { doubleValue: "-Infinity" }, expected: Number.NEGATIVE_INFINITY },
    { value: { doubleValue: 0.5 }, expected: 0.5 },
    { value: { bytesValue: "AAH/" }, expected: new Uint8Array([0, 1, 255]) },
    { value: { arrayValue: {} }, expected: [] },
    {
      value: { arrayValue: { values: [{ intValue: 1 }, { stringValue: "b" }, {}] } },
      expected: [1, "b", null],
    },
    {
      value: { kvlistValue: { values: [{ key: "a", value: { boolValue: true } }] } },
      expected: new Map([["a", true]]),
    },
    { value: {}, expected: null },
    { value: null, expected: null },
    { value: undefined, expected: null },
    { value: { string_value: "snake case is an unknown field" }, expected: null },
  ])("$value", ({ value, expected }) => {
    expect(attributeOf(value)).toEqual(expected);
  });

  test("a long integer without quotes is exact", () => {
    const body = traces({ ...minimal, startTimeUnixNano: "@" })
      .toString()
      .replace('"@"', "1763000000123456789");
    expect(decodeTraces("json", Buffer.from(body))[0]?.startTimeUnixNano).toBe(
      1763000000123456789n,
    );
  });

  test("keys named like parts of Object.prototype are ordinary keys", () => {
    const attributes = ["__proto__", "constructor", "toString"].map((key) => ({
      key,
      value: { stringValue: "x" },
    }));
    const body = Buffer.from(
      traces({ ...minimal, attributes })
        .toString()
        .replace("{", '{"__proto__":{"polluted":true,"name":"evil"},'),
    );
    const [span] = decodeTraces("json", body);
    expect([...(span?.attributes.keys() ?? [])]).toEqual(["__proto__", "constructor", "toString"]);
    expect(span?.name).toBe("");
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });
});

describe("depth", () => {
  function nested(depth: number): unknown {
    let value: unknown = { stringValue: "deep" };
    for (let level = 1; level < depth; level += 1) {
      value =
        level % 2 === 0
          ? { arrayValue: { values: [value] } }
          : { kvlistValue: { values: [{ key: "k", value }] } };
    }
    return value;
  }

  test.each([
    { depth: 40, accepted: 1 },
    { depth: 100, accepted: 1 },
    { depth: 101, accepted: 0 },
    { depth: 1000, accepted: 0 },
  ])("a value $depth deep", ({ depth, accepted }) => {
    const scan = scanSpan({ attributes: [{ key: "k", value: nested(depth) }] });
    expect(scan.accepted).toBe(accepted);
    expect(scan.rejected).toEqual(accepted === 1 ? {} : { too_deep: 1 });
  });

  test("a million brackets are refused or ignored, never a crash", () => {
    const brackets = "[".repeat(1_000_000) + "]".repeat(1_000_000);
    const asList = Buffer.from(`{"resourceSpans":${brackets}}`);
    expect(() => scanRequest("traces", "json", asList, limits)).toThrow(OtlpDecodeError);
    const withLongNumber = Buffer.from(`{"a":12345678901234567890,"resourceSpans":${brackets}}`);
    expect(() => scanRequest("traces", "json", withLongNumber, limits)).toThrow(OtlpDecodeError);
    const unknown = Buffer.from(`{"unknown":${brackets}}`);
    expect(scanRequest("traces", "json", unknown, limits).accepted).toBe(0);
  });
});

describe("wrong shapes refuse the request and name the place", () => {
  test.each([
    { body: "[]", message: "request: expected an object, got an array" },
    { body: "3", message: "request: expected an object, got another number" },
    { body: '{"resourceSpans":{}}', message: "resourceSpans: expected an array, got an object" },
    { body: '{"resourceSpans":[1]}', message: "resourceSpans[0]: expected an object" },
    {
      body: '{"resourceSpans":[{"scopeSpans":[{},{"spans":"x"}]}]}',
      message: "resourceSpans[0].scopeSpans[1].spans: expected an array, got another string",
    },
    {
      body: traces({ ...minimal, name: 5 }).toString(),
      message: "resourceSpans[0].scopeSpans[0].spans[0].name: expected a string",
    },
    {
      body: traces({ ...minimal, startTimeUnixNano: "-1" }).toString(),
      message: "startTimeUnixNano: expected an unsigned 64-bit integer",
    },
    {
      body: traces({ ...minimal, startTimeUnixNano: 1.5 }).toString(),
      message: "startTimeUnixNano: expected an unsigned 64-bit integer",
    },
    {
      body: traces({ ...minimal, startTimeUnixNano: "18446744073709551616" }).toString(),
      message: "startTimeUnixNano: expected an unsigned 64-bit integer",
    },
    {
      body: traces({
        ...minimal,
        attributes: [{ key: "k", value: { bytesValue: "*" } }],
      }).toString(),
      message: "attributes[0].bytesValue: expected base64",
    },
    {
      body: traces({ ...minimal, attributes: [{ key: "k", value: { intValue: "x" } }] }).toString(),
      message: "attributes[0].intValue: expected a signed 64-bit integer",
    },
    { body: '{"resourceSpans":', message: "expected JSON" },
    { body: "", message: "expected JSON" },
  ])("$message", ({ body, message }) => {
    const bytes = Buffer.from(body);
    expect(() => scanRequest("traces", "json", bytes, limits)).toThrow(OtlpDecodeError);
    expect(() => scanRequest("traces", "json", bytes, limits)).toThrow(message);
  });

  test("bytes that are no UTF-8", () => {
    const body = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]);
    expect(() => scanRequest("traces", "json", body, limits)).toThrow(/in UTF-8/);
  });

  test("the message never quotes the body", () => {
    const secret = "sk-secret-value";
    const body = Buffer.from(`{"a": ${secret}}`);
    expect(() => scanRequest("traces", "json", body, limits)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("secret") }),
    );
  });
});

test("event names resolve from the field, the attribute and Cursor's body", () => {
  const attributes = [{ key: "event.name", value: { stringValue: "from.attribute" } }];
  const body = { stringValue: "from.body" };
  const group = (name: string) => ({
    scope: { name },
    logRecords: [{ eventName: "from.field", attributes, body }, { attributes, body }, { body }],
  });
  const request = { resourceLogs: [{ scopeLogs: [group("cursor.telemetry"), group("other")] }] };
  const records = decodeLogs("json", Buffer.from(JSON.stringify(request)));
  expect(records.map(({ eventName }) => eventName)).toEqual([
    "from.field",
    "from.attribute",
    "from.body",
    "from.field",
    "from.attribute",
    "",
  ]);
});

test("every type of metric", () => {
  const point = { timeUnixNano: "5", attributes: [{ key: "k", value: { intValue: 1 } }] };
  const metrics = [
    { name: "g", gauge: { dataPoints: [{ ...point, asDouble: 1.5 }] } },
    { name: "s", sum: { dataPoints: [{ ...point, asInt: "3" }], aggregationTemporality: 1 } },
    {
      name: "h",
      histogram: {
        dataPoints: [{ ...point, count: 2, bucketCounts: ["1", 1], explicitBounds: [5] }],
      },
    },
    {
      name: "e",
      exponentialHistogram: {
        dataPoints: [{ ...point, scale: -1, positive: { offset: -2, bucketCounts: ["7"] } }],
      },
    },
    {
      name: "q",
      summary: { dataPoints: [{ ...point, quantileValues: [{ quantile: 0.5, value: 9 }] }] },
    },
  ];
  const body = Buffer.from(JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] }));
  expect(decodeMetrics("json", body)).toMatchObject([
    { type: "gauge", metricName: "g", value: 1.5 },
    { type: "sum", value: 3, aggregationTemporality: 1, isMonotonic: false },
    { type: "histogram", count: 2n, bucketCounts: [1n, 1n], explicitBounds: [5], min: null },
    {
      type: "exponential_histogram",
      scale: -1,
      positiveOffset: -2,
      positiveBucketCounts: [7n],
      negativeBucketCounts: [],
    },
    { type: "summary", quantileValues: [{ quantile: 0.5, value: 9 }] },
  ]);
});
