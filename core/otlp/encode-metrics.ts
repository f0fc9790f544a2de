import type {
  Exemplar,
  ExponentialHistogramPoint,
  HistogramPoint,
  MetricPoint,
} from "../model/telemetry.ts";
import { writeAttributes } from "./encode-value.ts";
import type { ProtobufWriter } from "./writer.ts";

/** Field of `Metric` that holds the points of each type. */
const dataFields = {
  gauge: 5,
  sum: 7,
  histogram: 9,
  exponential_histogram: 10,
  summary: 11,
} as const;

/** Writes the metrics of one scope group: one Metric per run of points of the same series. */
export function writeMetrics(writer: ProtobufWriter, points: readonly MetricPoint[]): void {
  for (const run of runs(points)) {
    writer.message(2, () => writeMetric(writer, run));
  }
}

interface Run {
  readonly first: MetricPoint;
  readonly points: MetricPoint[];
}

function runs(points: readonly MetricPoint[]): Run[] {
  const found: Run[] = [];
  for (const point of points) {
    const run = found.at(-1);
    if (run !== undefined && sameMetric(run.first, point)) {
      run.points.push(point);
    } else {
      found.push({ first: point, points: [point] });
    }
  }
  return found;
}

function sameMetric(left: MetricPoint, right: MetricPoint): boolean {
  return (
    left.type === right.type &&
    left.metricName === right.metricName &&
    left.metricDescription === right.metricDescription &&
    left.metricUnit === right.metricUnit &&
    temporality(left) === temporality(right) &&
    isMonotonic(left) === isMonotonic(right)
  );
}

function temporality(point: MetricPoint): number {
  return "aggregationTemporality" in point ? point.aggregationTemporality : 0;
}

function isMonotonic(point: MetricPoint): boolean {
  return point.type === "sum" && point.isMonotonic;
}

function writeMetric(writer: ProtobufWriter, { first, points }: Run): void {
  writer.string(1, first.metricName);
  writer.string(2, first.metricDescription);
  writer.string(3, first.metricUnit);
  writer.message(dataFields[first.type], () => {
    points.forEach((point) => writer.message(1, () => writePoint(writer, point)));
    writer.integer(2, temporality(first));
    writer.boolean(3, isMonotonic(first));
  });
}

function writePoint(writer: ProtobufWriter, point: MetricPoint): void {
  writer.fixed64(2, point.startTimeUnixNano);
  writer.fixed64(3, point.timeUnixNano);
  switch (point.type) {
    case "gauge":
    case "sum":
      writer.writeDouble(4, point.value);
      writeExemplars(writer, 5, point.exemplars);
      writeAttributes(writer, 7, point.attributes);
      writer.integer(8, point.flags);
      break;
    case "histogram":
      writeHistogram(writer, point);
      break;
    case "exponential_histogram":
      writeExponentialHistogram(writer, point);
      break;
    case "summary":
      writer.fixed64(4, point.count);
      writer.writeDouble(5, point.sum);
      point.quantileValues.forEach(({ quantile, value }) => {
        writer.message(6, () => {
          writer.writeDouble(1, quantile);
          writer.writeDouble(2, value);
        });
      });
      writeAttributes(writer, 7, point.attributes);
      writer.integer(8, point.flags);
  }
}

function writeHistogram(writer: ProtobufWriter, point: HistogramPoint): void {
  writer.fixed64(4, point.count);
  writer.writeDouble(5, point.sum);
  writer.packedFixed64(6, point.bucketCounts);
  writer.packedDouble(7, point.explicitBounds);
  writeExemplars(writer, 8, point.exemplars);
  writeAttributes(writer, 9, point.attributes);
  writer.integer(10, point.flags);
  writeOptionalDouble(writer, 11, point.min);
  writeOptionalDouble(writer, 12, point.max);
}

function writeExponentialHistogram(writer: ProtobufWriter, point: ExponentialHistogramPoint): void {
  writeAttributes(writer, 1, point.attributes);
  writer.fixed64(4, point.count);
  writer.writeDouble(5, point.sum);
  writer.sint32(6, point.scale);
  writer.fixed64(7, point.zeroCount);
  writer.message(8, () => {
    writer.sint32(1, point.positiveOffset);
    writer.packedUint64(2, point.positiveBucketCounts);
  });
  writer.message(9, () => {
    writer.sint32(1, point.negativeOffset);
    writer.packedUint64(2, point.negativeBucketCounts);
  });
  writer.integer(10, point.flags);
  writeExemplars(writer, 11, point.exemplars);
  writeOptionalDouble(writer, 12, point.min);
  writeOptionalDouble(writer, 13, point.max);
  writer.writeDouble(14, point.zeroThreshold);
}

function writeExemplars(
  writer: ProtobufWriter,
  field: number,
  exemplars: readonly Exemplar[],
): void {
  for (const exemplar of exemplars) {
    writer.message(field, () => {
      writer.fixed64(2, exemplar.timeUnixNano);
      writer.writeDouble(3, exemplar.value);
      writer.hex(4, exemplar.spanId);
      writer.hex(5, exemplar.traceId);
      writeAttributes(writer, 7, exemplar.filteredAttributes);
    });
  }
}

function writeOptionalDouble(writer: ProtobufWriter, field: number, value: number | null): void {
  if (value !== null) {
    writer.writeDouble(field, value);
  }
}
