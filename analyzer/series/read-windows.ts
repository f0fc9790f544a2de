import type { Store } from "../../core/store/store.ts";
import {
  type MeasureRow as CountedMeasureRow,
  type ModelRow as CountedModelRow,
  type OperationRow as CountedOperationRow,
  countCategories,
  countModels,
  countOperations,
  listMeasurements,
} from "./count-rows.ts";
import { type SeriesWindow, type ValueSighting, windowMs } from "./series-window.ts";
import { type Stream, streamKey } from "./stream.ts";

/** Streams of one tenant and the stretch of event time to read for them. */
export interface WindowRange {
  readonly tenant: string;
  readonly streams: readonly Stream[];
  readonly fromUnixMs: number;
  /** Exclusive. */
  readonly toUnixMs: number;
  /** Minutes to take together, in milliseconds; absent: each is a window of its own. */
  readonly stepMs?: number;
}

export interface StreamWindows {
  /** In event-time order; minutes without spans are absent. */
  readonly windows: SeriesWindow[];
  readonly sightings: ValueSighting[];
}

// Names are cut: they are attacker-written and become keys. Rows of before weights have weight 0.
const operationsOfRange = `
  SELECT ServiceName, Environment,
    toUnixTimestamp(toStartOfInterval(Window, toIntervalSecond({step:UInt32}))) AS WindowSeconds,
    substringUTF8(multiIf(GenAiOperation != '', GenAiOperation, SpanKind = 'Server', 'server',
      Root = 1, 'root', ''), 1, 80) AS Operation,
    greatest(SampleWeight, 1) AS Weight,
    sum(w.Spans) AS Spans, sum(w.Errors) AS Errors, sum(w.TailSampled) AS TailSampled,
    sumIf(w.Spans, Root = 1 OR SpanKind = 'Server') AS Requests,
    sumIf(w.Errors, Root = 1 OR SpanKind = 'Server') AS RequestErrors,
    groupUniqArray(8)(ServiceVersion) AS Versions,
    sumMap(w.DurationBuckets) AS Histogram,
    mapKeys(Histogram) AS Buckets, mapValues(Histogram) AS BucketSpans
  FROM windows_1m AS w
  WHERE Tenant = {tenant:String} AND ServiceName IN {services:Array(String)}
    AND has(arrayZip({services:Array(String)}, {environments:Array(String)}),
      (toString(ServiceName), toString(Environment)))
    AND Window >= toDateTime({from:UInt32}) AND Window < toDateTime({to:UInt32})
  GROUP BY ServiceName, Environment, WindowSeconds, Operation, Weight
  ORDER BY WindowSeconds, Operation, Weight`;

const modelsOfRange = `
  SELECT ServiceName, Environment,
    toUnixTimestamp(toStartOfInterval(Window, toIntervalSecond({step:UInt32}))) AS WindowSeconds,
    substringUTF8(GenAiRequestModel, 1, 80) AS Model,
    greatest(SampleWeight, 1) AS Weight,
    sum(w.Inferences) AS Calls, sum(w.InputTokens) + sum(w.OutputTokens) AS Tokens,
    toFloat64(sum(w.CostUsd)) AS Cost, sum(w.OutputTokens) AS OutputTokens
  FROM windows_1m AS w
  WHERE Tenant = {tenant:String} AND ServiceName IN {services:Array(String)}
    AND has(arrayZip({services:Array(String)}, {environments:Array(String)}),
      (toString(ServiceName), toString(Environment)))
    AND Window >= toDateTime({from:UInt32}) AND Window < toDateTime({to:UInt32})
  GROUP BY ServiceName, Environment, WindowSeconds, Model, Weight
  HAVING Calls > 0
  ORDER BY WindowSeconds, Model, Weight`;

// Tools count per call. Names are cut, and what is beyond 40 of a kind is left to novelty.
const measuresOfRange = `
  SELECT ServiceName, Environment,
    toUnixTimestamp(toStartOfInterval(Window, toIntervalSecond({step:UInt32}))) AS WindowSeconds,
    'tool' AS Measure, '' AS Subject, substringUTF8(GenAiTool, 1, 80) AS Label,
    sum(w.Spans) AS Items, toFloat64(0) AS Total, [] AS Buckets, [] AS BucketItems
  FROM windows_1m AS w
  WHERE Tenant = {tenant:String} AND ServiceName IN {services:Array(String)}
    AND has(arrayZip({services:Array(String)}, {environments:Array(String)}),
      (toString(ServiceName), toString(Environment)))
    AND Window >= toDateTime({from:UInt32}) AND Window < toDateTime({to:UInt32})
    AND GenAiOperation = 'execute_tool' AND GenAiTool != ''
  GROUP BY ServiceName, Environment, WindowSeconds, Label
  ORDER BY WindowSeconds, Label
  LIMIT 40 BY ServiceName, Environment, WindowSeconds
  UNION ALL
  SELECT ServiceName, Environment,
    toUnixTimestamp(toStartOfInterval(Window, toIntervalSecond({step:UInt32}))) AS WindowSeconds,
    Measure, Subject, Label, sum(m.Items) AS Items, toFloat64(sum(m.Total)) AS Total,
    mapKeys(sumMap(m.Buckets) AS Histogram) AS Buckets, mapValues(Histogram) AS BucketItems
  FROM series_measures AS m
  WHERE Tenant = {tenant:String} AND ServiceName IN {services:Array(String)}
    AND has(arrayZip({services:Array(String)}, {environments:Array(String)}),
      (toString(ServiceName), toString(Environment)))
    AND Window >= toDateTime({from:UInt32}) AND Window < toDateTime({to:UInt32})
  GROUP BY ServiceName, Environment, WindowSeconds, Measure, Subject, Label
  ORDER BY WindowSeconds, Measure, Subject, Label
  LIMIT 40 BY ServiceName, Environment, WindowSeconds, Measure`;

// Hosts are limited nowhere else. No stream follows more than a quarter of the limit, so what lies
// beyond it would only be counted.
const valuesOfRange = `
  SELECT ServiceName, Environment, Dimension, Value, min(v.First) AS Earliest,
    toUnixTimestamp64Milli(Earliest.1) AS TimeMs, Earliest.2 AS TraceId, Earliest.3 AS SpanId,
    Earliest.4 AS Version
  FROM series_values AS v
  WHERE Tenant = {tenant:String} AND ServiceName IN {services:Array(String)}
    AND has(arrayZip({services:Array(String)}, {environments:Array(String)}),
      (toString(ServiceName), toString(Environment)))
    AND Hour >= toStartOfHour(toDateTime({from:UInt32})) AND Hour < toDateTime({to:UInt32})
  GROUP BY ServiceName, Environment, Hour, Dimension, Value
  HAVING TimeMs >= toInt64({from:UInt32}) * 1000 AND TimeMs < toInt64({to:UInt32}) * 1000
  ORDER BY TimeMs, Dimension, Value
  LIMIT 1000 BY ServiceName, Environment, Hour, Dimension`;

interface StreamColumns {
  readonly ServiceName: string;
  readonly Environment: string;
}

interface OperationRow extends StreamColumns, CountedOperationRow {
  readonly WindowSeconds: number;
  readonly Versions: readonly string[];
}

interface ModelRow extends StreamColumns, CountedModelRow {
  readonly WindowSeconds: number;
}

interface MeasureRow extends StreamColumns, CountedMeasureRow {
  readonly WindowSeconds: number;
}

interface ValueRow extends StreamColumns {
  readonly Dimension: string;
  readonly Value: string;
  readonly TimeMs: number | string;
  readonly TraceId: string;
  readonly SpanId: string;
  readonly Version: string;
}

/** Everything the followers need of a stretch of time, in four queries; keyed by `streamKey`. */
export async function readWindows(
  store: Store,
  { tenant, streams, fromUnixMs, toUnixMs, stepMs = windowMs }: WindowRange,
): Promise<Map<string, StreamWindows>> {
  const params = {
    tenant,
    services: streams.map(({ service }) => service),
    environments: streams.map(({ environment }) => environment),
    from: fromUnixMs / 1000,
    to: toUnixMs / 1000,
    step: stepMs / 1000,
  };
  const operations = await store.query<OperationRow>(operationsOfRange, params);
  const models = await store.query<ModelRow>(modelsOfRange, params);
  const measures = await store.query<MeasureRow>(measuresOfRange, params);
  const values = await store.query<ValueRow>(valuesOfRange, params);
  function keyOf({ ServiceName, Environment }: StreamColumns): string {
    return streamKey({ tenant, service: ServiceName, environment: Environment });
  }
  const modelsOf = Map.groupBy(models, keyOf);
  const measuresOf = Map.groupBy(measures, keyOf);
  const valuesOf = Map.groupBy(values, keyOf);
  const result = new Map<string, StreamWindows>();
  for (const [key, rows] of Map.groupBy(operations, keyOf)) {
    result.set(key, {
      windows: toWindows(rows, modelsOf.get(key) ?? [], measuresOf.get(key) ?? []),
      sightings: (valuesOf.get(key) ?? []).map(toSighting),
    });
  }
  return result;
}

function toWindows(
  operations: readonly OperationRow[],
  models: readonly ModelRow[],
  measures: readonly MeasureRow[],
): SeriesWindow[] {
  const measuresAt = Map.groupBy(measures, ({ WindowSeconds }) => WindowSeconds);
  const modelsAt = Map.groupBy(models, ({ WindowSeconds }) => WindowSeconds);
  const windows: SeriesWindow[] = [];
  for (const [seconds, rows] of Map.groupBy(operations, ({ WindowSeconds }) => WindowSeconds)) {
    const measured = measuresAt.get(seconds) ?? [];
    windows.push({
      startUnixMs: seconds * 1000,
      ...countOperations(rows),
      versions: [...new Set(rows.flatMap(({ Versions }) => Versions))].toSorted(),
      models: countModels(modelsAt.get(seconds) ?? []),
      categories: countCategories(measured),
      measurements: listMeasurements(measured),
    });
  }
  return windows;
}

function toSighting(row: ValueRow): ValueSighting {
  return {
    timeUnixMs: Number(row.TimeMs),
    dimension: row.Dimension,
    value: row.Value,
    traceId: row.TraceId,
    spanId: row.SpanId,
    version: row.Version,
  };
}
