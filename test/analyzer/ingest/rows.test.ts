import { array, assert, asyncProperty, property } from "fast-check";
import { attributeText } from "../../../analyzer/ingest/attribute-text.ts";
import { createLogBlock } from "../../../analyzer/ingest/log-block.ts";
import { createMetricBlock, metricTable } from "../../../analyzer/ingest/metric-block.ts";
import type { RowBlock, RowOrigin } from "../../../analyzer/ingest/row-block.ts";
import { createSpanBlock, spanKindText } from "../../../analyzer/ingest/span-block.ts";
import type { AttributeMap, LogRecord, MetricPoint, Span } from "../../../core/model/telemetry.ts";
import type { OpenedStore } from "../../../core/store/open-store.ts";
import { openMemoryStore } from "../../helpers/memory-store.ts";
import { plainSpan } from "../../helpers/plain-span.ts";
import { anyLog, anyPoint, anySpan } from "./arbitrary-telemetry.ts";

const runs = { numRuns: 10 };
const receivedAtUnixMs = 1_795_000_000_000;
const maxNano = 2n ** 63n - 1n;

let store: OpenedStore;
let batches = 0;

beforeAll(async () => {
  store = await openMemoryStore();
});

afterAll(() => store.close());

interface Inserted<Item> {
  readonly table: string;
  readonly block: RowBlock;
  readonly items: readonly Item[];
  readonly append: (item: Item, origin: RowOrigin) => void;
}

/** Inserts rows as the analyzer does and reads them back in their order. */
async function stored<Row, Item>(
  { table, block, items, append }: Inserted<Item>,
  select: string,
): Promise<Row[]> {
  batches += 1;
  const batchId = `batch-${batches}`;
  for (const [index, item] of items.entries()) {
    append(item, { tenant: `t${index}`, batchId, receivedAtUnixMs });
  }
  await store.writes.insert(table, block.take(), { token: batchId });
  return store.reads.query<Row>(
    `SELECT ${select} FROM ${table} WHERE BatchId = {batch:String}
     ORDER BY toUInt32(substring(Tenant, 2))`,
    { batch: batchId },
  );
}

const uninspected = { genAi: null, costUsd: 0, detections: [], failures: [] };

function texts(attributes: AttributeMap): Record<string, string> {
  return Object.fromEntries([...attributes].map(([key, value]) => [key, attributeText(value)]));
}

/** Times that a DateTime64(9) cannot hold are kept as its greatest. */
function nano(time: bigint): string {
  return String(time > maxNano ? maxNano : time);
}

function float(value: number): number | string {
  return Number.isFinite(value) ? value : String(value).toLowerCase().replace("inity", "");
}

describe("a span row", () => {
  const columns = `toString(toUnixTimestamp64Nano(Timestamp)) AS time, TraceId, SpanId, ParentSpanId,
    TraceState, SpanName, SpanKind, ServiceName, ResourceAttributes, ResourceSchemaUrl, ScopeName,
    ScopeVersion, ScopeSchemaUrl, SpanAttributes, toString(Duration) AS duration, StatusCode,
    StatusMessage, Environment, ServiceVersion, Session, Links.TraceId AS linkTraces,
    arrayMap(x -> toString(toUnixTimestamp64Nano(x)), Events.Timestamp) AS eventTimes,
    Events.Name AS eventNames, Events.Attributes AS eventAttributes,
    Links.TraceState AS linkStates, Links.Attributes AS linkAttributes`;

  function expected(span: Span) {
    const { resource, scope } = span;
    const named = (key: string) => attributeText(resource.attributes.get(key) ?? null);
    const lasted = span.endTimeUnixNano - span.startTimeUnixNano;
    return {
      time: nano(span.startTimeUnixNano),
      TraceId: span.traceId,
      SpanId: span.spanId,
      ParentSpanId: span.parentSpanId,
      TraceState: span.traceState,
      SpanName: span.name,
      SpanKind: spanKindText(span.kind),
      ServiceName: named("service.name"),
      ResourceAttributes: texts(resource.attributes),
      ResourceSchemaUrl: resource.schemaUrl,
      ScopeName: scope.name,
      ScopeVersion: scope.version,
      ScopeSchemaUrl: scope.schemaUrl,
      SpanAttributes: texts(span.attributes),
      duration: String(lasted > 0n ? lasted : 0n),
      StatusCode: ["Unset", "Ok", "Error"][span.statusCode],
      StatusMessage: span.statusMessage,
      Environment: "",
      ServiceVersion: "",
      Session: span.traceId,
      linkTraces: span.links.map(({ traceId }) => traceId),
      eventTimes: span.events.map(({ timeUnixNano }) => nano(timeUnixNano)),
      eventNames: span.events.map(({ name }) => name),
      eventAttributes: span.events.map(({ attributes }) => texts(attributes)),
      linkStates: span.links.map(({ traceState }) => traceState),
      linkAttributes: span.links.map(({ attributes }) => texts(attributes)),
    };
  }

  it("is stored and read back equal, whatever the span holds", async () => {
    await assert(
      asyncProperty(array(anySpan, { minLength: 1, maxLength: 20 }), async (spans) => {
        const block = createSpanBlock();
        const append = (span: Span, origin: RowOrigin) =>
          block.append({ span, ...uninspected }, origin);
        const inserted = { table: "otel_traces", block, items: spans, append };
        expect(await stored(inserted, columns)).toEqual(spans.map(expected));
      }),
      runs,
    );
  });
});

describe("the digest of a span", () => {
  const origin = { tenant: "t", batchId: "b", receivedAtUnixMs };
  const digest = (span: Span) => createSpanBlock().append({ span, ...uninspected }, origin);

  it("is the same for a copy and tells every part of the content apart", () => {
    assert(
      property(anySpan, anySpan, (span, other) => {
        expect(digest({ ...span, attributes: new Map(span.attributes) })).toBe(digest(span));
        const parts: (keyof Span)[] = ["name", "attributes", "events", "links", "statusMessage"];
        for (const part of parts) {
          const changed: Span = { ...span, [part]: other[part] };
          const same = JSON.stringify(plain(changed)) === JSON.stringify(plain(span));
          expect(digest(changed) === digest(span)).toBe(same);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("tells names of attributes apart whose values are the same", () => {
    const span = plainSpan(1, { attributes: new Map([["a", "x"]]) });
    expect(digest({ ...span, attributes: new Map([["b", "x"]]) })).not.toBe(digest(span));
  });

  it("is a number that JavaScript holds exactly", () => {
    assert(
      property(anySpan, (span) => {
        expect(Number.isSafeInteger(digest(span))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  /** What a row shows of a span. */
  function plain(span: Span): unknown {
    return {
      ...span,
      startTimeUnixNano: 0,
      endTimeUnixNano: 0,
      resource: 0,
      attributes: [...span.attributes].map(([key, value]) => [key, attributeText(value)]),
      events: span.events.map((event) => [
        nano(event.timeUnixNano),
        event.name,
        attributeText(event.attributes),
      ]),
      links: span.links.map((link) => [
        link.traceId,
        link.spanId,
        link.traceState,
        attributeText(link.attributes),
      ]),
    };
  }
});

describe("a log row", () => {
  const columns = `toString(toUnixTimestamp64Nano(Timestamp)) AS time, TraceId, SpanId, TraceFlags,
    SeverityText, SeverityNumber, ResourceAttributes, ScopeName, ScopeAttributes, Body,
    LogAttributes, EventName, Session`;

  function expected(log: LogRecord) {
    const time =
      log.timeUnixNano || log.observedTimeUnixNano || BigInt(receivedAtUnixMs) * 1_000_000n;
    return {
      time: nano(time),
      TraceId: log.traceId,
      SpanId: log.spanId,
      TraceFlags: log.flags & 0xff,
      SeverityText: log.severityText,
      SeverityNumber: log.severityNumber >= 0 && log.severityNumber <= 24 ? log.severityNumber : 0,
      ResourceAttributes: texts(log.resource.attributes),
      ScopeName: log.scope.name,
      ScopeAttributes: texts(log.scope.attributes),
      Body: attributeText(log.body),
      LogAttributes: texts(log.attributes),
      EventName: log.eventName,
      Session: log.traceId,
    };
  }

  it("is stored and read back equal, whatever the record holds", async () => {
    await assert(
      asyncProperty(array(anyLog, { minLength: 1, maxLength: 20 }), async (logs) => {
        const block = createLogBlock();
        const append = (log: LogRecord, origin: RowOrigin) =>
          block.append({ record: log, ...uninspected }, origin);
        const inserted = { table: "otel_logs", block, items: logs, append };
        expect(await stored(inserted, columns)).toEqual(logs.map(expected));
      }),
      runs,
    );
  });
});

describe("a metric row", () => {
  const float64 = (column: string) =>
    `if(isFinite(${column}), toString(${column}), if(isNaN(${column}), 'nan', if(${column} > 0, 'inf', '-inf')))`;
  const list = (column: string) => `arrayMap(x -> ${float64("x")}, ${column})`;
  const strings = (column: string) => `arrayMap(x -> toString(x), ${column})`;
  const common = `MetricName, MetricUnit, Attributes, Flags,
    toString(toUnixTimestamp64Nano(StartTimeUnix)) AS start,
    toString(toUnixTimestamp64Nano(TimeUnix)) AS time`;
  const exemplars = `, Exemplars.TraceId AS traces, ${list("Exemplars.Value")} AS exemplarValues,
    arrayMap(x -> toString(toUnixTimestamp64Nano(x)), Exemplars.TimeUnix) AS exemplarTimes,
    Exemplars.FilteredAttributes AS exemplarAttributes`;
  const columns: Record<MetricPoint["type"], string> = {
    gauge: `${common}, ${float64("Value")} AS value${exemplars}`,
    sum: `${common}, ${float64("Value")} AS value, IsMonotonic AS monotonic${exemplars}`,
    histogram: `${common}, toString(Count) AS count, ${float64("Sum")} AS sum,
      ${strings("BucketCounts")} AS buckets, ${list("ExplicitBounds")} AS bounds,
      ${float64("Min")} AS min, ${float64("Max")} AS max${exemplars}`,
    exponential_histogram: `${common}, toString(Count) AS count, ${float64("Sum")} AS sum, Scale AS scale,
      toString(ZeroCount) AS zeroCount, ${float64("ZeroThreshold")} AS zeroThreshold,
      PositiveOffset AS positiveOffset, ${strings("PositiveBucketCounts")} AS positive,
      NegativeOffset AS negativeOffset, ${strings("NegativeBucketCounts")} AS negative,
      ${float64("Min")} AS min, ${float64("Max")} AS max${exemplars}`,
    summary: `${common}, toString(Count) AS count, ${float64("Sum")} AS sum,
      ${list("ValueAtQuantiles.Quantile")} AS quantiles, ${list("ValueAtQuantiles.Value")} AS values`,
  };

  function expectedCommon(point: MetricPoint) {
    return {
      MetricName: point.metricName,
      MetricUnit: point.metricUnit,
      Attributes: texts(point.attributes),
      Flags: point.flags >>> 0,
      start: nano(point.startTimeUnixNano),
      time: nano(point.timeUnixNano),
    };
  }

  function expectedValues(point: MetricPoint): object {
    switch (point.type) {
      case "gauge":
      default:
        return { value: float(point.value) };
      case "sum":
        return { value: float(point.value), monotonic: point.isMonotonic };
      case "histogram":
        return {
          count: String(point.count),
          sum: float(point.sum),
          buckets: point.bucketCounts.map(String),
          bounds: point.explicitBounds.map(float),
          min: float(point.min ?? 0),
          max: float(point.max ?? 0),
        };
      case "exponential_histogram":
        return {
          count: String(point.count),
          sum: float(point.sum),
          scale: point.scale,
          zeroCount: String(point.zeroCount),
          zeroThreshold: float(point.zeroThreshold),
          positiveOffset: point.positiveOffset,
          positive: point.positiveBucketCounts.map(String),
          negativeOffset: point.negativeOffset,
          negative: point.negativeBucketCounts.map(String),
          min: float(point.min ?? 0),
          max: float(point.max ?? 0),
        };
      case "summary":
        return {
          count: String(point.count),
          sum: float(point.sum),
          quantiles: point.quantileValues.map(({ quantile }) => float(quantile)),
          values: point.quantileValues.map(({ value }) => float(value)),
        };
    }
  }

  function expectedExemplars(point: MetricPoint): object {
    return {
      traces: point.exemplars.map(({ traceId }) => traceId),
      exemplarValues: point.exemplars.map(({ value }) => float(value)),
      exemplarTimes: point.exemplars.map(({ timeUnixNano }) => nano(timeUnixNano)),
      exemplarAttributes: point.exemplars.map(({ filteredAttributes }) =>
        texts(filteredAttributes),
      ),
    };
  }

  /** Numbers that ClickHouse printed as text compare as numbers. */
  function numbers(row: object): object {
    return JSON.parse(JSON.stringify(row), (key, value: unknown) =>
      floatColumns.has(key) ? asNumbers(value) : value,
    ) as object;
  }

  const floatColumns = new Set(
    "value,sum,min,max,zeroThreshold,bounds,quantiles,values,exemplarValues".split(","),
  );

  function asNumbers(value: unknown): unknown {
    if (Array.isArray(value)) {
      return value.map(asNumbers);
    }
    // A negative zero is written as 0 in JSON.
    const number = Number(value) + 0;
    return Number.isFinite(number) ? number : value;
  }

  it.each(Object.keys(anyPoint) as MetricPoint["type"][])(
    "of a %s is stored and read back equal, whatever the point holds",
    async (type) => {
      await assert(
        asyncProperty(array(anyPoint[type], { minLength: 1, maxLength: 15 }), async (points) => {
          const block = createMetricBlock(type);
          const append = block.append.bind(block);
          const inserted = { table: metricTable(type), block, items: points, append };
          const rows = await stored<object, MetricPoint>(inserted, columns[type]);
          const wanted = points.map((point) => ({
            ...expectedCommon(point),
            ...expectedValues(point),
            ...(type === "summary" ? {} : expectedExemplars(point)),
          }));
          expect(rows.map(numbers)).toEqual(wanted.map(numbers));
        }),
        runs,
      );
    },
    120_000,
  );
});
