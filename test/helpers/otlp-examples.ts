import type { Signal } from "../../core/model/telemetry.ts";
import type { Plain } from "../core/otlp/oracle.ts";
import { testNowUnixMs } from "./test-collector.ts";

/** Requests with the structure of the examples of opentelemetry-proto, written anew. */

export const nowNano = `${testNowUnixMs}000000`;

const traceId = Buffer.from("5b8efff798038103d269b633813fc60c", "hex");
const spanId = Buffer.from("eee19b7ec3c1b174", "hex");
const parentSpanId = Buffer.from("eee19b7ec3c1b173", "hex");

export function text(key: string, stringValue: string): Plain {
  return { key, value: { stringValue } };
}

let instances = 0;

/** Another instance at every call: logs and metrics with the same bytes are duplicates. */
function resource(): Plain {
  instances += 1;
  const instance = text("service.instance.id", String(instances));
  return { attributes: [text("service.name", "my.service"), instance] };
}

const scope = { name: "my.library", version: "1.0.0", attributes: [text("my.scope", "some")] };

export function traceExample(spans: readonly Plain[] = [exampleSpan()]): [Signal, Plain] {
  return ["traces", { resourceSpans: [{ resource: resource(), scopeSpans: [{ scope, spans }] }] }];
}

export function logExample(logRecords: readonly Plain[] = [exampleLog()]): [Signal, Plain] {
  return ["logs", { resourceLogs: [{ resource: resource(), scopeLogs: [{ scope, logRecords }] }] }];
}

export function metricExample(metrics: readonly Plain[] = [exampleGauge()]): [Signal, Plain] {
  return [
    "metrics",
    { resourceMetrics: [{ resource: resource(), scopeMetrics: [{ scope, metrics }] }] },
  ];
}

export const examples = { traces: traceExample, logs: logExample, metrics: metricExample };

export function exampleSpan(changes: Plain = {}): Plain {
  return {
    traceId,
    spanId,
    parentSpanId,
    name: "I'm a server span",
    startTimeUnixNano: nowNano,
    endTimeUnixNano: nowNano,
    kind: 2,
    attributes: [text("my.span.attr", "some value")],
    ...changes,
  };
}

export function exampleLog(changes: Plain = {}): Plain {
  return {
    timeUnixNano: nowNano,
    observedTimeUnixNano: nowNano,
    severityNumber: 10,
    severityText: "Information",
    traceId,
    spanId,
    body: { stringValue: "Example log record" },
    attributes: [text("string.attribute", "some string")],
    ...changes,
  };
}

function exampleGauge(): Plain {
  return { name: "my.gauge", unit: "1", gauge: { dataPoints: [numberPoint] } };
}

const pointTimes = { startTimeUnixNano: nowNano, timeUnixNano: nowNano };
const exemplar = { timeUnixNano: nowNano, asDouble: 0.5, traceId, spanId };
const numberPoint = { ...pointTimes, asDouble: 10, exemplars: [exemplar] };
const histogramPoint = {
  ...pointTimes,
  count: "2",
  sum: 2,
  bucketCounts: ["1", "1"],
  explicitBounds: [1],
  min: 0,
  max: 2,
  exemplars: [exemplar],
};
const exponentialPoint = {
  ...pointTimes,
  count: "3",
  sum: 10,
  scale: 0,
  zeroCount: "1",
  positive: { offset: 1, bucketCounts: ["0", "2"] },
  exemplars: [exemplar],
};
const summaryPoint = {
  ...pointTimes,
  count: "2",
  sum: 3,
  quantileValues: [{ quantile: 0.5, value: 1 }],
};

/** Every kind of metric; those that have a temporality once as delta (1), once as cumulative (2). */
export const everyMetric: readonly Plain[] = [
  exampleGauge(),
  { name: "my.summary", summary: { dataPoints: [summaryPoint] } },
  ...[1, 2].flatMap((aggregationTemporality) => [
    {
      name: `my.sum.${aggregationTemporality}`,
      sum: { aggregationTemporality, isMonotonic: true, dataPoints: [numberPoint] },
    },
    {
      name: `my.histogram.${aggregationTemporality}`,
      histogram: { aggregationTemporality, dataPoints: [histogramPoint] },
    },
    {
      name: `my.exponential.${aggregationTemporality}`,
      exponentialHistogram: { aggregationTemporality, dataPoints: [exponentialPoint] },
    },
  ]),
];
