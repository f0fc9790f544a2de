import type { GaugePoint, MetricPoint, SummaryPoint, SumPoint } from "../../model/telemetry.ts";
import { append } from "../append.ts";
import { emptyGauge, emptySum, emptySummary, type MetricParts } from "../empty-point.ts";
import type { Mutable } from "../mutable.ts";
import { ProtobufReader } from "../reader.ts";
import { decodeExemplar } from "./decode-exemplar.ts";
import { decodeExponentialHistogram, decodeHistogram } from "./decode-histograms.ts";
import { decodeAttribute, GroupDecoder, rangeText } from "./decode-value.ts";
import { type DataHeader, type MetricHeader, walkMetric } from "./walk-metric.ts";
import { type ScopeGroup, walkRequest, within } from "./walk-request.ts";

/** The points of an ExportMetricsServiceRequest in body order, without the ordinals in `skip`. */
export function decodeProtobufMetrics(body: Uint8Array, skip: ReadonlySet<number>): MetricPoint[] {
  const reader = new ProtobufReader(body);
  const groups = new GroupDecoder(reader);
  const points: MetricPoint[] = [];
  let ordinal = 0;
  walkRequest(reader, (end, group) => {
    let parts: MetricParts | null = null;
    walkMetric(reader, end, (pointEnd, metric, data) => {
      if (skip.has(ordinal)) {
        reader.position = pointEnd;
      } else {
        parts ??= metricParts(reader, groups, group, metric);
        points.push(pointDecoders[data.type](reader, pointEnd, parts, data));
      }
      ordinal += 1;
    });
  });
  return points;
}

function metricParts(
  reader: ProtobufReader,
  groups: GroupDecoder,
  group: ScopeGroup,
  metric: MetricHeader,
): MetricParts {
  return {
    resource: groups.resource(group),
    scope: groups.scope(group),
    metricName: within(reader, metric.name, rangeText),
    metricDescription: within(reader, metric.description, rangeText),
    metricUnit: within(reader, metric.unit, rangeText),
  };
}

type PointDecoder = (
  reader: ProtobufReader,
  end: number,
  metric: MetricParts,
  data: DataHeader,
) => MetricPoint;

const pointDecoders: Readonly<Record<MetricPoint["type"], PointDecoder>> = {
  gauge: (reader, end, metric) => decodeNumber(reader, end, emptyGauge(metric)),
  sum: (reader, end, metric, { aggregationTemporality, isMonotonic }) =>
    decodeNumber(reader, end, emptySum(metric, aggregationTemporality, isMonotonic)),
  histogram: (reader, end, metric, { aggregationTemporality }) =>
    decodeHistogram(reader, end, metric, aggregationTemporality),
  exponential_histogram: (reader, end, metric, { aggregationTemporality }) =>
    decodeExponentialHistogram(reader, end, metric, aggregationTemporality),
  summary: (reader, end, metric) => decodeSummary(reader, end, emptySummary(metric)),
};

function decodeNumber(
  reader: ProtobufReader,
  end: number,
  point: Mutable<GaugePoint> | Mutable<SumPoint>,
): MetricPoint {
  while (reader.position < end) {
    const tag = reader.tag(end);
    switch (tag) {
      case 17:
        point.startTimeUnixNano = reader.fixed64(end);
        break;
      case 25:
        point.timeUnixNano = reader.fixed64(end);
        break;
      case 33:
        point.value = reader.double(end);
        break;
      case 42:
        point.exemplars = append(point.exemplars, decodeExemplar(reader, end));
        break;
      case 49:
        point.value = Number(reader.sfixed64(end));
        break;
      case 58:
        point.attributes = decodeAttribute(reader, end, point.attributes);
        break;
      case 64:
        point.flags = reader.varint(end) >>> 0;
        break;
      default:
        reader.skip(tag, end);
    }
  }
  return point;
}

function decodeSummary(
  reader: ProtobufReader,
  end: number,
  point: Mutable<SummaryPoint>,
): MetricPoint {
  while (reader.position < end) {
    const tag = reader.tag(end);
    switch (tag) {
      case 17:
        point.startTimeUnixNano = reader.fixed64(end);
        break;
      case 25:
        point.timeUnixNano = reader.fixed64(end);
        break;
      case 33:
        point.count = reader.fixed64(end);
        break;
      case 41:
        point.sum = reader.double(end);
        break;
      case 50:
        point.quantileValues = append(point.quantileValues, decodeQuantile(reader, end));
        break;
      case 58:
        point.attributes = decodeAttribute(reader, end, point.attributes);
        break;
      case 64:
        point.flags = reader.varint(end) >>> 0;
        break;
      default:
        reader.skip(tag, end);
    }
  }
  return point;
}

function decodeQuantile(
  reader: ProtobufReader,
  end: number,
): SummaryPoint["quantileValues"][number] {
  const stop = reader.delimited(end);
  let quantile = 0;
  let value = 0;
  while (reader.position < stop) {
    const tag = reader.tag(stop);
    if (tag === 9) {
      quantile = reader.double(stop);
    } else if (tag === 17) {
      value = reader.double(stop);
    } else {
      reader.skip(tag, stop);
    }
  }
  return { quantile, value };
}
