import type { ExponentialHistogramPoint, HistogramPoint } from "../../model/telemetry.ts";
import { append } from "../append.ts";
import { emptyExponentialHistogram, emptyHistogram, type MetricParts } from "../empty-point.ts";
import type { Mutable } from "../mutable.ts";
import type { ProtobufReader } from "../reader.ts";
import { decodeExemplar } from "./decode-exemplar.ts";
import { decodeAttribute } from "./decode-value.ts";

export function decodeHistogram(
  reader: ProtobufReader,
  end: number,
  metric: MetricParts,
  aggregationTemporality: number,
): HistogramPoint {
  const point = emptyHistogram(metric, aggregationTemporality);
  const bucketCounts: bigint[] = [];
  const explicitBounds: number[] = [];
  point.bucketCounts = bucketCounts;
  point.explicitBounds = explicitBounds;
  while (reader.position < end) {
    const tag = reader.tag(end);
    switch (tag) {
      case 49:
        bucketCounts.push(reader.fixed64(end));
        break;
      case 50:
        reader.packed(end, (stop) => bucketCounts.push(reader.fixed64(stop)));
        break;
      case 57:
        explicitBounds.push(reader.double(end));
        break;
      case 58:
        reader.packed(end, (stop) => explicitBounds.push(reader.double(stop)));
        break;
      default:
        readHistogramField(reader, end, point, tag);
    }
  }
  return point;
}

function readHistogramField(
  reader: ProtobufReader,
  end: number,
  point: Mutable<HistogramPoint>,
  tag: number,
): void {
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
    case 66:
      point.exemplars = append(point.exemplars, decodeExemplar(reader, end));
      break;
    case 74:
      point.attributes = decodeAttribute(reader, end, point.attributes);
      break;
    case 80:
      point.flags = reader.varint(end) >>> 0;
      break;
    case 89:
      point.min = reader.double(end);
      break;
    case 97:
      point.max = reader.double(end);
      break;
    default:
      reader.skip(tag, end);
  }
}

export function decodeExponentialHistogram(
  reader: ProtobufReader,
  end: number,
  metric: MetricParts,
  aggregationTemporality: number,
): ExponentialHistogramPoint {
  const point = emptyExponentialHistogram(metric, aggregationTemporality);
  while (reader.position < end) {
    const tag = reader.tag(end);
    switch (tag) {
      case 10:
        point.attributes = decodeAttribute(reader, end, point.attributes);
        break;
      case 17:
        point.startTimeUnixNano = reader.fixed64(end);
        break;
      case 25:
        point.timeUnixNano = reader.fixed64(end);
        break;
      case 80:
        point.flags = reader.varint(end) >>> 0;
        break;
      case 90:
        point.exemplars = append(point.exemplars, decodeExemplar(reader, end));
        break;
      default:
        readExponentialField(reader, end, point, tag);
    }
  }
  return point;
}

function readExponentialField(
  reader: ProtobufReader,
  end: number,
  point: Mutable<ExponentialHistogramPoint>,
  tag: number,
): void {
  switch (tag) {
    case 33:
      point.count = reader.fixed64(end);
      break;
    case 41:
      point.sum = reader.double(end);
      break;
    case 48:
      point.scale = reader.sint32(end);
      break;
    case 57:
      point.zeroCount = reader.fixed64(end);
      break;
    case 66:
      readPositive(reader, end, point);
      break;
    case 74:
      readNegative(reader, end, point);
      break;
    case 97:
      point.min = reader.double(end);
      break;
    case 105:
      point.max = reader.double(end);
      break;
    case 113:
      point.zeroThreshold = reader.double(end);
      break;
    default:
      reader.skip(tag, end);
  }
}

function readPositive(
  reader: ProtobufReader,
  end: number,
  point: Mutable<ExponentialHistogramPoint>,
): void {
  const { offset, counts } = decodeBuckets(reader, end);
  point.positiveOffset = offset;
  point.positiveBucketCounts = counts;
}

function readNegative(
  reader: ProtobufReader,
  end: number,
  point: Mutable<ExponentialHistogramPoint>,
): void {
  const { offset, counts } = decodeBuckets(reader, end);
  point.negativeOffset = offset;
  point.negativeBucketCounts = counts;
}

function decodeBuckets(reader: ProtobufReader, end: number): { offset: number; counts: bigint[] } {
  const stop = reader.delimited(end);
  const counts: bigint[] = [];
  let offset = 0;
  while (reader.position < stop) {
    const tag = reader.tag(stop);
    if (tag === 8) {
      offset = reader.sint32(stop);
    } else if (tag === 16) {
      counts.push(reader.uint64(stop));
    } else if (tag === 18) {
      reader.packed(stop, (packedEnd) => counts.push(reader.uint64(packedEnd)));
    } else {
      reader.skip(tag, stop);
    }
  }
  return { offset, counts };
}
