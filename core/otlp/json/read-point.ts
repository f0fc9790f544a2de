import type {
  Exemplar,
  ExponentialHistogramPoint,
  GaugePoint,
  HistogramPoint,
  MetricPoint,
  SummaryPoint,
  SumPoint,
} from "../../model/telemetry.ts";
import type { MetricParts } from "../empty-point.ts";
import {
  booleanAt,
  double,
  doubleAt,
  enumAt,
  int32At,
  int64At,
  type JsonContext,
  type JsonObject,
  listAt,
  mapObjects,
  objectAt,
  uint32At,
  uint64,
  uint64At,
} from "./fields.ts";
import { optionalSpanId, optionalTraceId } from "./ids.ts";
import { readAttributes } from "./read-value.ts";

/** What a data point is read with: the Metric around it and its Gauge, Sum, … object. */
export interface PointSource {
  readonly context: JsonContext;
  readonly parts: MetricParts;
  readonly data: JsonObject;
}

type PointReader = (source: PointSource, point: JsonObject) => MetricPoint;

/** By the field of a Metric that holds the points. */
export const pointReaders: readonly (readonly [string, PointReader])[] = [
  ["gauge", readGauge],
  ["sum", readSum],
  ["histogram", readHistogram],
  ["exponentialHistogram", readExponentialHistogram],
  ["summary", readSummary],
];

function readGauge(source: PointSource, point: JsonObject): GaugePoint {
  return { ...readCommon(source, point), type: "gauge", value: readNumber(point) };
}

function readSum(source: PointSource, point: JsonObject): SumPoint {
  return {
    ...readCommon(source, point),
    type: "sum",
    value: readNumber(point),
    aggregationTemporality: enumAt(source.context, source.data, "aggregationTemporality"),
    isMonotonic: booleanAt(source.data, "isMonotonic"),
  };
}

function readHistogram(source: PointSource, point: JsonObject): HistogramPoint {
  return {
    ...readCommon(source, point),
    type: "histogram",
    count: uint64At(point, "count"),
    sum: doubleAt(point, "sum"),
    bucketCounts: readCounts(point),
    explicitBounds: listAt(point, "explicitBounds").map((bound) => double(bound, "explicitBounds")),
    min: optionalDoubleAt(point, "min"),
    max: optionalDoubleAt(point, "max"),
    aggregationTemporality: enumAt(source.context, source.data, "aggregationTemporality"),
  };
}

function readExponentialHistogram(
  source: PointSource,
  point: JsonObject,
): ExponentialHistogramPoint {
  const positive = objectAt(point, "positive") ?? {};
  const negative = objectAt(point, "negative") ?? {};
  return {
    ...readCommon(source, point),
    type: "exponential_histogram",
    count: uint64At(point, "count"),
    sum: doubleAt(point, "sum"),
    scale: int32At(point, "scale"),
    zeroCount: uint64At(point, "zeroCount"),
    zeroThreshold: doubleAt(point, "zeroThreshold"),
    positiveOffset: int32At(positive, "offset"),
    positiveBucketCounts: readCounts(positive),
    negativeOffset: int32At(negative, "offset"),
    negativeBucketCounts: readCounts(negative),
    min: optionalDoubleAt(point, "min"),
    max: optionalDoubleAt(point, "max"),
    aggregationTemporality: enumAt(source.context, source.data, "aggregationTemporality"),
  };
}

function readSummary(source: PointSource, point: JsonObject): SummaryPoint {
  return {
    ...readCommon(source, point),
    type: "summary",
    count: uint64At(point, "count"),
    sum: doubleAt(point, "sum"),
    quantileValues: mapObjects(point, "quantileValues", (item) => ({
      quantile: doubleAt(item, "quantile"),
      value: doubleAt(item, "value"),
    })),
  };
}

type Common = Pick<
  MetricPoint,
  keyof MetricParts | "attributes" | "startTimeUnixNano" | "timeUnixNano" | "flags" | "exemplars"
>;

function readCommon({ context, parts }: PointSource, point: JsonObject): Common {
  return {
    ...parts,
    attributes: readAttributes(context, point),
    startTimeUnixNano: uint64At(point, "startTimeUnixNano"),
    timeUnixNano: uint64At(point, "timeUnixNano"),
    flags: uint32At(point, "flags"),
    exemplars: mapObjects(point, "exemplars", (item) => readExemplar(context, item)),
  };
}

function readExemplar(context: JsonContext, exemplar: JsonObject): Exemplar {
  return {
    filteredAttributes: readAttributes(context, exemplar, "filteredAttributes"),
    timeUnixNano: uint64At(exemplar, "timeUnixNano"),
    value: readNumber(exemplar),
    traceId: optionalTraceId(context, exemplar),
    spanId: optionalSpanId(context, exemplar, "spanId"),
  };
}

function readNumber(point: JsonObject): number {
  return (point["asInt"] ?? null) === null
    ? doubleAt(point, "asDouble")
    : Number(int64At(point, "asInt"));
}

function readCounts(parent: JsonObject): bigint[] {
  return listAt(parent, "bucketCounts").map((count) => uint64(count, "bucketCounts"));
}

function optionalDoubleAt(parent: JsonObject, field: string): number | null {
  return (parent[field] ?? null) === null ? null : doubleAt(parent, field);
}
