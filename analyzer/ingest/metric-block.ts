import type { Exemplar, MetricPoint } from "../../core/model/telemetry.ts";
import {
  arrayColumn,
  boolColumn,
  dictionaryColumn,
  float64Column,
  int32Column,
  nanosecondColumn,
  stringColumn,
  uint32Column,
  uint64Column,
} from "../../core/store/native/columns.ts";
import { toNativeBlock } from "../../core/store/native/native-block.ts";
import { type ResourceFacts, resourceFacts } from "./resource-facts.ts";
import {
  attributesColumn,
  type ColumnGroup,
  originColumns,
  type RowBlock,
  type RowOrigin,
  sourceColumns,
} from "./row-block.ts";

export interface MetricBlock<Point extends MetricPoint = MetricPoint> extends RowBlock {
  /** @param facts of its resource, where not as the sender wrote them. */
  append(point: Point, origin: RowOrigin, facts?: ResourceFacts): void;
}

/** The columns that only one type of point has. */
type ValueColumns<Point> = ColumnGroup<[point: Point]>;

type PointOf<Type extends MetricPoint["type"]> = Extract<MetricPoint, { readonly type: Type }>;

const valueColumns: {
  readonly [Type in MetricPoint["type"]]: () => ValueColumns<PointOf<Type>>;
} = {
  gauge: gaugeColumns,
  sum: sumColumns,
  histogram: histogramColumns,
  exponential_histogram: exponentialHistogramColumns,
  summary: summaryColumns,
};

/** The table of a type of data point. */
export function metricTable(type: MetricPoint["type"]): string {
  return `otel_metrics_${type}`;
}

/** Rows of the table of one type of data point. */
export function createMetricBlock<Type extends MetricPoint["type"]>(
  type: Type,
): MetricBlock<PointOf<Type>> {
  const origins = originColumns();
  const source = sourceColumns();
  const common = commonColumns();
  const values = valueColumns[type]();
  let rows = 0;
  return {
    get rows() {
      return rows;
    },
    append(point, origin, facts = resourceFacts(point.resource)) {
      origins.append(origin);
      source.append(point.resource, point.scope, facts.service);
      common.append(point);
      values.append(point);
      rows += 1;
    },
    take: (keep) =>
      toNativeBlock(
        { ...origins.columns, ...source.columns, ...common.columns, ...values.columns },
        rows,
        keep,
      ),
  };
}

function commonColumns() {
  const columns = {
    ScopeAttributes: attributesColumn(),
    MetricName: dictionaryColumn(),
    MetricDescription: dictionaryColumn(),
    MetricUnit: dictionaryColumn(),
    Attributes: attributesColumn(),
    StartTimeUnix: nanosecondColumn(),
    TimeUnix: nanosecondColumn(),
    Flags: uint32Column(),
  };
  return {
    columns,
    append(point: MetricPoint): void {
      columns.ScopeAttributes.append(point.scope.attributes);
      columns.MetricName.append(point.metricName);
      columns.MetricDescription.append(point.metricDescription);
      columns.MetricUnit.append(point.metricUnit);
      columns.Attributes.append(point.attributes);
      columns.StartTimeUnix.append(point.startTimeUnixNano);
      columns.TimeUnix.append(point.timeUnixNano);
      columns.Flags.append(point.flags >>> 0);
    },
  };
}

function gaugeColumns(): ValueColumns<PointOf<"gauge">> {
  const value = float64Column();
  const exemplars = exemplarColumns();
  return {
    columns: { Value: value, ...exemplars.columns },
    append(point) {
      value.append(point.value);
      exemplars.append(point.exemplars);
    },
  };
}

function sumColumns(): ValueColumns<PointOf<"sum">> {
  const columns = {
    Value: float64Column(),
    AggregationTemporality: int32Column(),
    IsMonotonic: boolColumn(),
  };
  const exemplars = exemplarColumns();
  return {
    columns: { ...columns, ...exemplars.columns },
    append(point) {
      columns.Value.append(point.value);
      columns.AggregationTemporality.append(point.aggregationTemporality);
      columns.IsMonotonic.append(point.isMonotonic);
      exemplars.append(point.exemplars);
    },
  };
}

/** What both kinds of histogram have. */
function distributionColumns() {
  const columns = {
    Count: uint64Column(),
    Sum: float64Column(),
    Min: float64Column(),
    Max: float64Column(),
    AggregationTemporality: int32Column(),
  };
  const exemplars = exemplarColumns();
  return {
    columns: { ...columns, ...exemplars.columns },
    append(point: PointOf<"histogram"> | PointOf<"exponential_histogram">): void {
      columns.Count.append(point.count);
      columns.Sum.append(point.sum);
      columns.Min.append(point.min ?? 0);
      columns.Max.append(point.max ?? 0);
      columns.AggregationTemporality.append(point.aggregationTemporality);
      exemplars.append(point.exemplars);
    },
  };
}

function histogramColumns(): ValueColumns<PointOf<"histogram">> {
  const shared = distributionColumns();
  const columns = {
    BucketCounts: arrayColumn(uint64Column()),
    ExplicitBounds: arrayColumn(float64Column()),
  };
  return {
    columns: { ...shared.columns, ...columns },
    append(point) {
      shared.append(point);
      columns.BucketCounts.append(point.bucketCounts);
      columns.ExplicitBounds.append(point.explicitBounds);
    },
  };
}

function exponentialHistogramColumns(): ValueColumns<PointOf<"exponential_histogram">> {
  const shared = distributionColumns();
  const columns = {
    Scale: int32Column(),
    ZeroCount: uint64Column(),
    ZeroThreshold: float64Column(),
    PositiveOffset: int32Column(),
    PositiveBucketCounts: arrayColumn(uint64Column()),
    NegativeOffset: int32Column(),
    NegativeBucketCounts: arrayColumn(uint64Column()),
  };
  return {
    columns: { ...shared.columns, ...columns },
    append(point) {
      shared.append(point);
      columns.Scale.append(point.scale);
      columns.ZeroCount.append(point.zeroCount);
      columns.ZeroThreshold.append(point.zeroThreshold);
      columns.PositiveOffset.append(point.positiveOffset);
      columns.PositiveBucketCounts.append(point.positiveBucketCounts);
      columns.NegativeOffset.append(point.negativeOffset);
      columns.NegativeBucketCounts.append(point.negativeBucketCounts);
    },
  };
}

function summaryColumns(): ValueColumns<PointOf<"summary">> {
  const columns = {
    Count: uint64Column(),
    Sum: float64Column(),
    "ValueAtQuantiles.Quantile": arrayColumn(float64Column()),
    "ValueAtQuantiles.Value": arrayColumn(float64Column()),
  };
  return {
    columns,
    append(point) {
      columns.Count.append(point.count);
      columns.Sum.append(point.sum);
      columns["ValueAtQuantiles.Quantile"].append(point.quantileValues.map((at) => at.quantile));
      columns["ValueAtQuantiles.Value"].append(point.quantileValues.map((at) => at.value));
    },
  };
}

function exemplarColumns() {
  const columns = {
    "Exemplars.FilteredAttributes": arrayColumn(attributesColumn()),
    "Exemplars.TimeUnix": arrayColumn(nanosecondColumn()),
    "Exemplars.Value": arrayColumn(float64Column()),
    "Exemplars.SpanId": arrayColumn(stringColumn()),
    "Exemplars.TraceId": arrayColumn(stringColumn()),
  };
  return {
    columns,
    append(exemplars: readonly Exemplar[]): void {
      columns["Exemplars.FilteredAttributes"].append(
        exemplars.map((item) => item.filteredAttributes),
      );
      columns["Exemplars.TimeUnix"].append(exemplars.map((item) => item.timeUnixNano));
      columns["Exemplars.Value"].append(exemplars.map((item) => item.value));
      columns["Exemplars.SpanId"].append(exemplars.map((item) => item.spanId));
      columns["Exemplars.TraceId"].append(exemplars.map((item) => item.traceId));
    },
  };
}
