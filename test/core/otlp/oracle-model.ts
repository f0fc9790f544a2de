import type {
  AttributeMap,
  AttributeValue,
  Exemplar,
  LogRecord,
  MetricPoint,
  Span,
} from "../../../core/model/telemetry.ts";
import type { Plain } from "./oracle.ts";

/** Turns what protobufjs decoded into the objects of the model. */
export function spansOf(request: Plain): Span[] {
  return recordsOf(request, ["resourceSpans", "scopeSpans", "spans"]).map(
    ({ record, ...envelope }) => ({
      ...envelope,
      traceId: hex(record["traceId"]),
      spanId: hex(record["spanId"]),
      parentSpanId: optionalHex(record["parentSpanId"]),
      traceState: text(record["traceState"]),
      name: text(record["name"]),
      kind: number(record["kind"]),
      startTimeUnixNano: long(record["startTimeUnixNano"]),
      endTimeUnixNano: long(record["endTimeUnixNano"]),
      attributes: attributes(record["attributes"]),
      events: list(record["events"]).map((event) => ({
        timeUnixNano: long(event["timeUnixNano"]),
        name: text(event["name"]),
        attributes: attributes(event["attributes"]),
      })),
      links: list(record["links"]).map((link) => ({
        traceId: optionalHex(link["traceId"]),
        spanId: optionalHex(link["spanId"]),
        traceState: text(link["traceState"]),
        attributes: attributes(link["attributes"]),
      })),
      statusCode: number(object(record["status"])["code"]),
      statusMessage: text(object(record["status"])["message"]),
    }),
  );
}

export function logsOf(request: Plain): LogRecord[] {
  return recordsOf(request, ["resourceLogs", "scopeLogs", "logRecords"]).map(
    ({ record, ...envelope }) => {
      const body = anyValue(record["body"]);
      const named = attributes(record["attributes"]).get("event.name");
      const cursor = envelope.scope.name === "cursor.telemetry" && typeof body === "string";
      return {
        ...envelope,
        timeUnixNano: long(record["timeUnixNano"]),
        observedTimeUnixNano: long(record["observedTimeUnixNano"]),
        severityNumber: number(record["severityNumber"]),
        severityText: text(record["severityText"]),
        body,
        attributes: attributes(record["attributes"]),
        eventName:
          text(record["eventName"]) ||
          (typeof named === "string" ? named : "") ||
          (cursor ? body : ""),
        traceId: optionalHex(record["traceId"]),
        spanId: optionalHex(record["spanId"]),
        flags: number(record["flags"]),
      };
    },
  );
}

const pointTypes = [
  ["gauge", "gauge"],
  ["sum", "sum"],
  ["histogram", "histogram"],
  ["exponentialHistogram", "exponential_histogram"],
  ["summary", "summary"],
] as const;

export function pointsOf(request: Plain): MetricPoint[] {
  const metrics = recordsOf(request, ["resourceMetrics", "scopeMetrics", "metrics"]);
  return metrics.flatMap(({ record, ...envelope }) =>
    pointTypes.flatMap(([field, type]) => {
      const data = object(record[field]);
      return list(data["dataPoints"]).map((point): MetricPoint => {
        const common = {
          ...envelope,
          metricName: text(record["name"]),
          metricDescription: text(record["description"]),
          metricUnit: text(record["unit"]),
          attributes: attributes(point["attributes"]),
          startTimeUnixNano: long(point["startTimeUnixNano"]),
          timeUnixNano: long(point["timeUnixNano"]),
          flags: number(point["flags"]),
          exemplars: list(point["exemplars"]).map(exemplar),
        };
        return { ...common, ...specific(type, data, point) } as unknown as MetricPoint;
      });
    }),
  );
}

function specific(type: string, data: Plain, point: Plain): Plain {
  const aggregationTemporality = number(data["aggregationTemporality"]);
  const totals = { count: long(point["count"]), sum: number(point["sum"]) };
  const extremes = { min: point["min"] ?? null, max: point["max"] ?? null };
  switch (type) {
    case "gauge":
      return { type, value: pointValue(point) };
    case "sum":
      return {
        type,
        value: pointValue(point),
        aggregationTemporality,
        isMonotonic: data["isMonotonic"] ?? false,
      };
    case "histogram":
      return {
        type,
        ...totals,
        ...extremes,
        aggregationTemporality,
        bucketCounts: longs(point["bucketCounts"]),
        explicitBounds: point["explicitBounds"] ?? [],
      };
    case "exponential_histogram":
      return {
        type,
        ...totals,
        ...extremes,
        aggregationTemporality,
        scale: number(point["scale"]),
        zeroCount: long(point["zeroCount"]),
        zeroThreshold: number(point["zeroThreshold"]),
        positiveOffset: number(object(point["positive"])["offset"]),
        positiveBucketCounts: longs(object(point["positive"])["bucketCounts"]),
        negativeOffset: number(object(point["negative"])["offset"]),
        negativeBucketCounts: longs(object(point["negative"])["bucketCounts"]),
      };
    default:
      return {
        type,
        ...totals,
        quantileValues: list(point["quantileValues"]).map((item) => ({
          quantile: number(item["quantile"]),
          value: number(item["value"]),
        })),
      };
  }
}

function exemplar(plain: Plain): Exemplar {
  return {
    filteredAttributes: attributes(plain["filteredAttributes"]),
    timeUnixNano: long(plain["timeUnixNano"]),
    value: pointValue(plain),
    traceId: optionalHex(plain["traceId"]),
    spanId: optionalHex(plain["spanId"]),
  };
}

function recordsOf(
  request: Plain,
  [resources, scopes, records]: readonly [string, string, string],
): { record: Plain; resource: Span["resource"]; scope: Span["scope"] }[] {
  return list(request[resources]).flatMap((resourceGroup) =>
    list(resourceGroup[scopes]).flatMap((scopeGroup) =>
      list(scopeGroup[records]).map((record) => ({
        record,
        resource: {
          attributes: attributes(object(resourceGroup["resource"])["attributes"]),
          schemaUrl: text(resourceGroup["schemaUrl"]),
        },
        scope: {
          name: text(object(scopeGroup["scope"])["name"]),
          version: text(object(scopeGroup["scope"])["version"]),
          attributes: attributes(object(scopeGroup["scope"])["attributes"]),
          schemaUrl: text(scopeGroup["schemaUrl"]),
        },
      })),
    ),
  );
}

function attributes(value: unknown): AttributeMap {
  return new Map(list(value).map((item) => [text(item["key"]), anyValue(item["value"])]));
}

function anyValue(value: unknown): AttributeValue {
  const plain = object(value);
  if (plain["intValue"] !== undefined) {
    const integer = BigInt(plain["intValue"] as string);
    return Number.isSafeInteger(Number(integer)) ? Number(integer) : integer;
  }
  if (plain["bytesValue"] !== undefined) {
    return new Uint8Array(plain["bytesValue"] as Buffer);
  }
  if (plain["arrayValue"] !== undefined) {
    return list(object(plain["arrayValue"])["values"]).map(anyValue);
  }
  if (plain["kvlistValue"] !== undefined) {
    return attributes(object(plain["kvlistValue"])["values"]);
  }
  const scalar = plain["stringValue"] ?? plain["boolValue"] ?? plain["doubleValue"] ?? null;
  return scalar as AttributeValue;
}

function pointValue(point: Plain): number {
  return point["asInt"] === undefined ? number(point["asDouble"]) : Number(point["asInt"]);
}

const object = (value: unknown) => (value ?? {}) as Plain;
const list = (value: unknown) => (value ?? []) as Plain[];
const text = (value: unknown) => (value ?? "") as string;
const number = (value: unknown) => (value ?? 0) as number;
const long = (value: unknown) => BigInt((value ?? 0) as string);
const longs = (value: unknown) => ((value ?? []) as string[]).map(BigInt);
const hex = (value: unknown) => ((value ?? Buffer.alloc(0)) as Buffer).toString("hex");
const optionalHex = (value: unknown) => hex(value).replace(/^(?:0{16}|0{32})$/, "");
