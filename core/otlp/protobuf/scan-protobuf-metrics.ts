import type { MetricPoint } from "../../model/telemetry.ts";
import type { ProtobufReader } from "../reader.ts";
import { type RefusalTally, refusal } from "../refusal.ts";
import {
  GroupScanner,
  rangeFlags,
  type ScanContext,
  scanAttribute,
  scanOptionalId,
} from "./scan-value.ts";
import { type MetricHeader, walkMetric } from "./walk-metric.ts";
import { walkRequest } from "./walk-request.ts";

/** Tags of the fields of a data point that a scan looks into, by type. */
interface PointTags {
  readonly attributes: number;
  readonly exemplars: number;
  readonly quantiles: number;
  /** Packed 64-bit values. */
  readonly packed: readonly number[];
  /** Messages of an offset and packed varints. */
  readonly buckets: readonly number[];
}

const absent = -1;
const numberTags: PointTags = {
  attributes: 58,
  exemplars: 42,
  quantiles: absent,
  packed: [],
  buckets: [],
};

const pointTags: Record<MetricPoint["type"], PointTags> = {
  gauge: numberTags,
  sum: numberTags,
  histogram: {
    attributes: 74,
    exemplars: 66,
    quantiles: absent,
    packed: [50, 58],
    buckets: [],
  },
  exponential_histogram: {
    attributes: 10,
    exemplars: 90,
    quantiles: absent,
    packed: [],
    buckets: [66, 74],
  },
  summary: { attributes: 58, exemplars: absent, quantiles: 50, packed: [], buckets: [] },
};

/** Tallies the data points of an ExportMetricsServiceRequest. */
export function scanProtobufMetrics(context: ScanContext, tally: RefusalTally): void {
  const groups = new GroupScanner(context);
  const { reader } = context;
  walkRequest(reader, (end, group) => {
    let metricFlags = absent;
    walkMetric(reader, end, (pointEnd, metric, { type }) => {
      if (metricFlags === absent) {
        metricFlags = groups.flagsOf(group) | scanMetricHeader(reader, metric);
      }
      tally.add(metricFlags | scanPoint(context, pointEnd, pointTags[type]));
    });
  });
}

function scanMetricHeader(reader: ProtobufReader, metric: MetricHeader): number {
  return (
    rangeFlags(reader, metric.name) |
    rangeFlags(reader, metric.description) |
    rangeFlags(reader, metric.unit)
  );
}

/** All types of points have their time in field 3. */
function scanPoint(context: ScanContext, end: number, tags: PointTags): number {
  const { reader, times, maxDepth } = context;
  let flags = 0;
  let timeAt = -1;
  reader.countObject();
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === 25) {
      timeAt = reader.advance(8, end);
    } else if (tag === tags.attributes) {
      flags |= scanAttribute(reader, end, maxDepth);
    } else if (tag === tags.exemplars) {
      flags |= scanExemplar(reader, end, maxDepth);
    } else {
      scanNumbers(reader, end, tags, tag);
    }
  }
  return times.hasAt(reader.view, timeAt) ? flags : flags | refusal.timeOutOfRange;
}

function scanNumbers(reader: ProtobufReader, end: number, tags: PointTags, tag: number): void {
  if (tag === tags.quantiles) {
    reader.countObject();
    skipFields(reader, end);
  } else if (tags.packed.includes(tag)) {
    reader.packed(end, (stop) => reader.advance(8, stop));
  } else if (tags.buckets.includes(tag)) {
    scanBuckets(reader, end);
  } else {
    reader.skip(tag, end);
  }
}

function scanExemplar(reader: ProtobufReader, end: number, maxDepth: number): number {
  const stop = reader.delimited(end);
  reader.countObject();
  let flags = 0;
  while (reader.position < stop) {
    const tag = reader.tag(stop);
    switch (tag) {
      case 34:
        flags |= scanOptionalId(reader, stop, 8);
        break;
      case 42:
        flags |= scanOptionalId(reader, stop, 16);
        break;
      case 58:
        flags |= scanAttribute(reader, stop, maxDepth);
        break;
      default:
        reader.skip(tag, stop);
    }
  }
  return flags;
}

function scanBuckets(reader: ProtobufReader, end: number): void {
  const stop = reader.delimited(end);
  while (reader.position < stop) {
    const tag = reader.tag(stop);
    if (tag === 18) {
      reader.packed(stop, (packedEnd) => reader.varint(packedEnd));
    } else {
      reader.skip(tag, stop);
    }
  }
}

function skipFields(reader: ProtobufReader, end: number): void {
  const stop = reader.delimited(end);
  while (reader.position < stop) {
    reader.skip(reader.tag(stop), stop);
  }
}
