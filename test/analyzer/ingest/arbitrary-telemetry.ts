import {
  type Arbitrary,
  array,
  bigInt,
  boolean,
  constant,
  constantFrom,
  double,
  integer,
  letrec,
  oneof,
  record,
  string,
  tuple,
  uint8Array,
} from "fast-check";
import type {
  AttributeMap,
  AttributeValue,
  Exemplar,
  LogRecord,
  MetricPoint,
  Resource,
  Scope,
  Span,
} from "../../../core/model/telemetry.ts";

/** Text as decoders hand it on: any code points, NUL included, but no lone surrogates. */
const text: Arbitrary<string> = oneof(
  { weight: 4, arbitrary: string({ unit: "binary", maxLength: 12 }) },
  {
    weight: 1,
    arbitrary: constantFrom("\u0000", "\u{1f600}", "'\"\\\n\t", "{}", "null", "\u2028"),
  },
);

const key: Arbitrary<string> = oneof(
  { weight: 4, arbitrary: text },
  { weight: 1, arbitrary: constantFrom("__proto__", "constructor", "a.b", "") },
);

const { value } = letrec<{ value: AttributeValue }>((tie) => ({
  value: oneof(
    { depthSize: "small", withCrossShrink: true },
    text as Arbitrary<AttributeValue>,
    double(),
    bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
    boolean(),
    constant(null),
    uint8Array({ maxLength: 8 }),
    array(tie("value"), { maxLength: 3 }),
    array(tuple(key, tie("value")), { maxLength: 3 }).map((entries) => new Map(entries)),
  ),
}));

const attributes: Arbitrary<AttributeMap> = array(tuple(key, value), { maxLength: 4 }).map(
  (entries) => new Map(entries),
);

/** Any time that the wire can hold. */
const anyTime = bigInt({ min: 0n, max: 2n ** 64n - 1n });
/** Times that the door lets through. */
const eventTime = bigInt({
  min: 1_790_000_000_000_000_000n,
  max: 1_796_000_000_000_000_000n,
});
const count = bigInt({ min: 0n, max: 2n ** 64n - 1n });
const anyNumber = double();
const int32 = integer();

function hex(length: number): Arbitrary<string> {
  return uint8Array({ minLength: length / 2, maxLength: length / 2 }).map((bytes) =>
    Buffer.from(bytes).toString("hex"),
  );
}

const optionalId = (length: number) => oneof(constant(""), hex(length));

const resource: Arbitrary<Resource> = record({ attributes, schemaUrl: text });
const scope: Arbitrary<Scope> = record({ name: text, version: text, attributes, schemaUrl: text });

export const anySpan: Arbitrary<Span> = record({
  resource,
  scope,
  traceId: hex(32),
  spanId: hex(16),
  parentSpanId: optionalId(16),
  traceState: text,
  name: text,
  kind: integer({ min: 0, max: 5 }),
  startTimeUnixNano: eventTime,
  endTimeUnixNano: anyTime,
  attributes,
  events: array(record({ timeUnixNano: anyTime, name: text, attributes }), { maxLength: 2 }),
  links: array(
    record({ traceId: optionalId(32), spanId: optionalId(16), traceState: text, attributes }),
    { maxLength: 2 },
  ),
  statusCode: integer({ min: 0, max: 2 }),
  statusMessage: text,
});

export const anyLog: Arbitrary<LogRecord> = record({
  resource,
  scope,
  timeUnixNano: oneof(constant(0n), eventTime),
  observedTimeUnixNano: oneof(constant(0n), eventTime),
  severityNumber: int32,
  severityText: text,
  body: value,
  attributes,
  eventName: text,
  traceId: optionalId(32),
  spanId: optionalId(16),
  flags: int32,
});

const exemplar: Arbitrary<Exemplar> = record({
  filteredAttributes: attributes,
  timeUnixNano: anyTime,
  value: anyNumber,
  traceId: optionalId(32),
  spanId: optionalId(16),
});

const point = {
  resource,
  scope,
  metricName: text,
  metricDescription: text,
  metricUnit: text,
  attributes,
  startTimeUnixNano: anyTime,
  timeUnixNano: eventTime,
  flags: int32,
  exemplars: array(exemplar, { maxLength: 2 }),
};

const range = { min: oneof(constant(null), anyNumber), max: oneof(constant(null), anyNumber) };
const aggregationTemporality = integer({ min: 0, max: 2 });
const counts = array(count, { maxLength: 3 });

/** One arbitrary per kind of data point. */
export const anyPoint: Record<MetricPoint["type"], Arbitrary<MetricPoint>> = {
  gauge: record({ ...point, type: constant("gauge" as const), value: anyNumber }),
  sum: record({
    ...point,
    type: constant("sum" as const),
    value: anyNumber,
    aggregationTemporality,
    isMonotonic: boolean(),
  }),
  histogram: record({
    ...point,
    ...range,
    type: constant("histogram" as const),
    count,
    sum: anyNumber,
    bucketCounts: counts,
    explicitBounds: array(anyNumber, { maxLength: 3 }),
    aggregationTemporality,
  }),
  exponential_histogram: record({
    ...point,
    ...range,
    type: constant("exponential_histogram" as const),
    count,
    sum: anyNumber,
    scale: int32,
    zeroCount: count,
    zeroThreshold: anyNumber,
    positiveOffset: int32,
    positiveBucketCounts: counts,
    negativeOffset: int32,
    negativeBucketCounts: counts,
    aggregationTemporality,
  }),
  summary: record({
    ...point,
    type: constant("summary" as const),
    count,
    sum: anyNumber,
    quantileValues: array(record({ quantile: anyNumber, value: anyNumber }), { maxLength: 3 }),
  }),
};
