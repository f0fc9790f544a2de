import type {
  ExponentialHistogramPoint,
  GaugePoint,
  HistogramPoint,
  MetricPoint,
  SummaryPoint,
  SumPoint,
} from "../model/telemetry.ts";
import type { Mutable } from "./mutable.ts";
import { noAttributes } from "./no-attributes.ts";

/** What the points of one Metric share. */
export type MetricParts = Pick<
  MetricPoint,
  "resource" | "scope" | "metricName" | "metricDescription" | "metricUnit"
>;

const common = {
  attributes: noAttributes,
  startTimeUnixNano: 0n,
  timeUnixNano: 0n,
  flags: 0,
  exemplars: [] as MetricPoint["exemplars"],
};

/** Data points as they are when no field is set; a value that was not recorded is 0. */
export function emptyGauge(metric: MetricParts): Mutable<GaugePoint> {
  return { ...metric, ...common, type: "gauge", value: 0 };
}

export function emptySum(
  metric: MetricParts,
  aggregationTemporality: number,
  isMonotonic: boolean,
): Mutable<SumPoint> {
  return { ...metric, ...common, type: "sum", value: 0, aggregationTemporality, isMonotonic };
}

export function emptyHistogram(
  metric: MetricParts,
  aggregationTemporality: number,
): Mutable<HistogramPoint> {
  return {
    ...metric,
    ...common,
    type: "histogram",
    count: 0n,
    sum: 0,
    bucketCounts: [],
    explicitBounds: [],
    min: null,
    max: null,
    aggregationTemporality,
  };
}

export function emptyExponentialHistogram(
  metric: MetricParts,
  aggregationTemporality: number,
): Mutable<ExponentialHistogramPoint> {
  return {
    ...metric,
    ...common,
    type: "exponential_histogram",
    count: 0n,
    sum: 0,
    scale: 0,
    zeroCount: 0n,
    zeroThreshold: 0,
    positiveOffset: 0,
    positiveBucketCounts: [],
    negativeOffset: 0,
    negativeBucketCounts: [],
    min: null,
    max: null,
    aggregationTemporality,
  };
}

export function emptySummary(metric: MetricParts): Mutable<SummaryPoint> {
  return { ...metric, ...common, type: "summary", count: 0n, sum: 0, quantileValues: [] };
}
