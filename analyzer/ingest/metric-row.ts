import type { Exemplar, MetricPoint } from "../../core/model/telemetry.ts";
import { attributesJson } from "./attribute-json.ts";
import { dateTime64Json, numberJson, resourceColumns, scopeJson } from "./row-json.ts";

/** The table a data point belongs to. */
export function metricTable(point: MetricPoint): string {
  return `otel_metrics_${point.type}`;
}

/** Columns of the point's table but those of the batch, as JSON without braces. */
export function metricRowJson(point: MetricPoint): string {
  return (
    `${resourceColumns(point.resource).json},${scopeJson(point.scope)},` +
    `"ScopeAttributes":${attributesJson(point.scope.attributes)},` +
    `"MetricName":${JSON.stringify(point.metricName)},` +
    `"MetricDescription":${JSON.stringify(point.metricDescription)},` +
    `"MetricUnit":${JSON.stringify(point.metricUnit)},` +
    `"Attributes":${attributesJson(point.attributes)},` +
    `"StartTimeUnix":${dateTime64Json(point.startTimeUnixNano)},` +
    `"TimeUnix":${dateTime64Json(point.timeUnixNano)},` +
    `"Flags":${point.flags >>> 0},` +
    valueJson(point)
  );
}

function valueJson(point: MetricPoint): string {
  switch (point.type) {
    case "gauge":
      return `"Value":${numberJson(point.value)}${exemplarsJson(point.exemplars)}`;
    case "sum":
      return (
        `"Value":${numberJson(point.value)},` +
        `"AggregationTemporality":${point.aggregationTemporality},` +
        `"IsMonotonic":${point.isMonotonic}${exemplarsJson(point.exemplars)}`
      );
    case "histogram":
      return (
        `"Count":${point.count},"Sum":${numberJson(point.sum)},` +
        `"BucketCounts":[${point.bucketCounts.join(",")}],` +
        `"ExplicitBounds":[${point.explicitBounds.map(numberJson).join(",")}],` +
        `${rangeJson(point)},"AggregationTemporality":${point.aggregationTemporality}` +
        exemplarsJson(point.exemplars)
      );
    case "exponential_histogram":
      return (
        `"Count":${point.count},"Sum":${numberJson(point.sum)},` +
        `"Scale":${point.scale},"ZeroCount":${point.zeroCount},` +
        `"ZeroThreshold":${numberJson(point.zeroThreshold)},` +
        `"PositiveOffset":${point.positiveOffset},` +
        `"PositiveBucketCounts":[${point.positiveBucketCounts.join(",")}],` +
        `"NegativeOffset":${point.negativeOffset},` +
        `"NegativeBucketCounts":[${point.negativeBucketCounts.join(",")}],` +
        `${rangeJson(point)},"AggregationTemporality":${point.aggregationTemporality}` +
        exemplarsJson(point.exemplars)
      );
    case "summary":
    default:
      return (
        `"Count":${point.count},"Sum":${numberJson(point.sum)},` +
        `"ValueAtQuantiles.Quantile":[${point.quantileValues.map((at) => numberJson(at.quantile)).join(",")}],` +
        `"ValueAtQuantiles.Value":[${point.quantileValues.map((at) => numberJson(at.value)).join(",")}]`
      );
  }
}

function rangeJson({
  min,
  max,
}: {
  readonly min: number | null;
  readonly max: number | null;
}): string {
  return `"Min":${numberJson(min ?? 0)},"Max":${numberJson(max ?? 0)}`;
}

function exemplarsJson(exemplars: readonly Exemplar[]): string {
  if (exemplars.length === 0) {
    return "";
  }
  function list(render: (exemplar: Exemplar) => string): string {
    return `[${exemplars.map(render).join(",")}]`;
  }
  return (
    `,"Exemplars.FilteredAttributes":${list((item) => attributesJson(item.filteredAttributes))}` +
    `,"Exemplars.TimeUnix":${list((item) => dateTime64Json(item.timeUnixNano))}` +
    `,"Exemplars.Value":${list((item) => numberJson(item.value))}` +
    `,"Exemplars.SpanId":${list((item) => `"${item.spanId}"`)}` +
    `,"Exemplars.TraceId":${list((item) => `"${item.traceId}"`)}`
  );
}
