import type { MetricPoint } from "../../model/telemetry.ts";
import type { ProtobufReader } from "../reader.ts";
import { nowhere, type Range, readRange } from "./walk-request.ts";

/** What all points of a Metric message share. */
export interface MetricHeader {
  readonly name: Range;
  readonly description: Range;
  readonly unit: Range;
}

/** What all points of a Gauge, Sum, Histogram, … message share. */
export interface DataHeader {
  readonly type: MetricPoint["type"];
  readonly aggregationTemporality: number;
  readonly isMonotonic: boolean;
}

/** Reads one data point, from `reader.position` to `end`, and leaves the reader there. */
export type VisitPoint = (end: number, metric: MetricHeader, data: DataHeader) => void;

/**
 * Calls `visit` for each data point of a Metric message in body order. A Metric that holds
 * several kinds of data, which the schema forbids, gives the points of all of them.
 */
export function walkMetric(reader: ProtobufReader, end: number, visit: VisitPoint): void {
  const metric = readMetricHeader(reader, end);
  while (reader.position < end) {
    const tag = reader.tag(end);
    const type = dataType(tag);
    if (type === null) {
      reader.skip(tag, end);
    } else {
      walkData(reader, reader.delimited(end), type, (pointEnd, data) => {
        visit(pointEnd, metric, data);
      });
    }
  }
}

function walkData(
  reader: ProtobufReader,
  end: number,
  type: MetricPoint["type"],
  visit: (pointEnd: number, data: DataHeader) => void,
): void {
  const data = readDataHeader(reader, end, type);
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === 10) {
      visit(reader.delimited(end), data);
    } else {
      reader.skip(tag, end);
    }
  }
}

function dataType(tag: number): MetricPoint["type"] | null {
  switch (tag) {
    case 42:
      return "gauge";
    case 58:
      return "sum";
    case 74:
      return "histogram";
    case 82:
      return "exponential_histogram";
    case 90:
      return "summary";
    default:
      return null;
  }
}

/** The position stays at the start of the message. */
function readMetricHeader(reader: ProtobufReader, end: number): MetricHeader {
  const start = reader.position;
  let name = nowhere;
  let description = nowhere;
  let unit = nowhere;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === 10) {
      name = readRange(reader, end);
    } else if (tag === 18) {
      description = readRange(reader, end);
    } else if (tag === 26) {
      unit = readRange(reader, end);
    } else {
      reader.skip(tag, end);
    }
  }
  reader.position = start;
  return { name, description, unit };
}

/** The position stays at the start of the message. */
function readDataHeader(
  reader: ProtobufReader,
  end: number,
  type: MetricPoint["type"],
): DataHeader {
  const start = reader.position;
  let aggregationTemporality = 0;
  let isMonotonic = false;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === 16) {
      aggregationTemporality = reader.varint(end);
    } else if (tag === 24) {
      isMonotonic = reader.varint(end) !== 0;
    } else {
      reader.skip(tag, end);
    }
  }
  reader.position = start;
  return { type, aggregationTemporality, isMonotonic };
}
