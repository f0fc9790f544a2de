import type { MetricPoint } from "../../model/telemetry.ts";
import type { MetricParts } from "../empty-point.ts";
import { type JsonContext, type JsonObject, mapObjects, objectAt, stringAt } from "./fields.ts";
import { decodeJson, type JsonScan, scanJson } from "./json-records.ts";
import { pointReaders } from "./read-point.ts";
import { type Envelope, walkJson } from "./walk-json.ts";

const names = { resources: "resourceMetrics", scopes: "scopeMetrics", records: "metrics" };

/** The twin of `decodeProtobufMetrics` for OTLP JSON. */
export function decodeJsonMetrics(body: Uint8Array, skip: ReadonlySet<number>): MetricPoint[] {
  return decodeJson(body, skip, walkPoints);
}

export function scanJsonMetrics(body: Uint8Array, scan: JsonScan): void {
  scanJson(body, scan, walkPoints, (point) => point.timeUnixNano);
}

function walkPoints(
  context: JsonContext,
  request: JsonObject,
  accept: (read: () => MetricPoint) => void,
): void {
  walkJson(context, request, names, (metric, envelope) => {
    for (const [field, readPoint] of pointReaders) {
      const data = objectAt(metric, field) ?? {};
      mapObjects(data, "dataPoints", (point) => {
        accept(() =>
          readPoint({ context, data, parts: readParts(context, metric, envelope()) }, point),
        );
      });
    }
  });
}

function readParts(context: JsonContext, metric: JsonObject, envelope: Envelope): MetricParts {
  return {
    ...envelope,
    metricName: stringAt(context, metric, "name"),
    metricDescription: stringAt(context, metric, "description"),
    metricUnit: stringAt(context, metric, "unit"),
  };
}
