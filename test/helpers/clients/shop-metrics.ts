import { resource, resourceColumns, rowsOf, type Service, type ShopRun, scope } from "./shop.ts";

const common = [
  "MetricName, MetricUnit, MetricDescription, Attributes",
  "dense_rank() OVER (PARTITION BY MetricName ORDER BY TimeUnix) AS Collection",
  `ScopeName, ScopeVersion, ${resourceColumns}`,
].join(", ");
/** Whether a point begins in this run: when exactly is where SDKs differ. */
const start = "dateDiff('second', StartTimeUnix, TimeUnix) BETWEEN 0 AND 60 AS HasStart";
const summary = `${start}, toFloat64(Count) AS Count, Sum, Min, Max, AggregationTemporality`;

export async function storedGauges(service: Service, run: ShopRun): Promise<object[]> {
  return await rowsOf(service, "otel_metrics_gauge", `${common}, Value`, run);
}

export function expectedGauges(): object[] {
  const about = { ...resource, ...scope, MetricUnit: "Cel", MetricDescription: "" };
  const door = { door: "open" };
  return [
    { ...about, MetricName: "shop.fridge", Attributes: door, Collection: 1, Value: 36.6 },
    { ...about, MetricName: "shop.fridge", Attributes: door, Collection: 2, Value: 37.1 },
    { ...about, MetricName: "shop.oven", Attributes: {}, Collection: 1, Value: 0.25 },
    { ...about, MetricName: "shop.oven", Attributes: {}, Collection: 2, Value: 0.75 },
  ];
}

export async function storedSums(service: Service, run: ShopRun): Promise<object[]> {
  const columns = `${common}, ${start}, Value, AggregationTemporality, IsMonotonic`;
  return await rowsOf(service, "otel_metrics_sum", columns, run);
}

export function expectedSums({ temporality }: ShopRun): object[] {
  const isDelta = temporality === "delta";
  const about = { ...resource, ...scope, MetricUnit: "{order}", HasStart: 1 };
  function counted(MetricName: string, Attributes: object, values: [number, number]): object[] {
    const [first, second] = values;
    const total = isDelta ? second : first + second;
    return [first, total].map((Value, index) => ({
      ...about,
      MetricName,
      MetricDescription: "Orders taken",
      Attributes,
      Collection: index + 1,
      Value,
      AggregationTemporality: isDelta ? 1 : 2,
      IsMonotonic: true,
    }));
  }
  // Up-down counters stay cumulative: so says the specification of the "delta" preference.
  function level(MetricName: string, values: [number, number]): object[] {
    return values.map((Value, index) => ({
      ...about,
      MetricName,
      MetricDescription: "",
      Attributes: {},
      Collection: index + 1,
      Value,
      AggregationTemporality: 2,
      IsMonotonic: false,
    }));
  }
  return [
    ...level("shop.balance", [-4, -6]),
    ...counted("shop.observed", {}, [10, 5]),
    ...level("shop.open", [5, 3]),
    ...counted("shop.orders", { model: "a", big: "true" }, [3, 4]),
    ...counted("shop.orders", { model: "b" }, [1, 2]),
  ];
}

export async function storedHistograms(service: Service, run: ShopRun): Promise<object[]> {
  const columns = `${common}, ${summary}, arrayMap(c -> toFloat64(c), BucketCounts) AS Counts, ExplicitBounds`;
  return await rowsOf(service, "otel_metrics_histogram", columns, run);
}

export function expectedHistograms({ temporality }: ShopRun): object[] {
  const isDelta = temporality === "delta";
  const about = {
    ...resource,
    ...scope,
    MetricName: "shop.wait",
    MetricUnit: "ms",
    MetricDescription: "Time in the queue",
    Attributes: { till: "1" },
    HasStart: 1,
    ExplicitBounds: [5, 50, 500],
    AggregationTemporality: isDelta ? 1 : 2,
  };
  return [
    { ...about, Collection: 1, Count: 2, Sum: 712, Min: 12, Max: 700, Counts: [0, 1, 0, 1] },
    isDelta
      ? { ...about, Collection: 2, Count: 1, Sum: 3, Min: 3, Max: 3, Counts: [1, 0, 0, 0] }
      : { ...about, Collection: 2, Count: 3, Sum: 715, Min: 3, Max: 700, Counts: [1, 1, 0, 1] },
  ];
}

interface ExponentialRow {
  readonly Scale: number;
  readonly Offset: number;
  readonly Counts: readonly number[];
}

/** Rows with the values that their buckets stand for, instead of the scale that the SDK chose. */
export async function storedExponentials(service: Service, run: ShopRun): Promise<object[]> {
  const buckets = [
    "Scale, PositiveOffset AS Offset",
    "arrayMap(c -> toFloat64(c), PositiveBucketCounts) AS Counts",
    "toFloat64(ZeroCount) AS Zeros",
    "length(NegativeBucketCounts) - countEqual(NegativeBucketCounts, 0) AS Negatives",
  ].join(", ");
  const columns = `${common}, ${summary}, ${buckets}`;
  const rows = await rowsOf(service, "otel_metrics_exponential_histogram", columns, run);
  return rows.map(({ Scale, Offset, Counts, Negatives, ...row }) => {
    const values = bucketValues({ Scale, Offset, Counts } as ExponentialRow);
    return { ...row, Negatives: Number(Negatives), Values: values };
  });
}

/** Upper bounds `2^(2^-scale · (offset + i + 1))` of the buckets that count something. */
function bucketValues({ Scale, Offset, Counts }: ExponentialRow): number[] {
  return Counts.flatMap((count, index) => {
    const upper = 2 ** (2 ** -Scale * (Offset + index + 1));
    return Array.from({ length: count }, () => Number(upper.toPrecision(6)));
  });
}

/** The values are powers of two, which are upper bounds of a bucket at every scale from 0 on. */
export function expectedExponentials({ temporality }: ShopRun): object[] {
  const isDelta = temporality === "delta";
  const about = {
    ...resource,
    ...scope,
    MetricName: "shop.tokens",
    MetricUnit: "{token}",
    MetricDescription: "",
    Attributes: {},
    HasStart: 1,
    AggregationTemporality: isDelta ? 1 : 2,
    Negatives: 0,
  };
  return [
    { ...about, Collection: 1, Count: 3, Sum: 5, Min: 0, Max: 4, Zeros: 1, Values: [1, 4] },
    isDelta
      ? { ...about, Collection: 2, Count: 1, Sum: 2, Min: 2, Max: 2, Zeros: 0, Values: [2] }
      : { ...about, Collection: 2, Count: 4, Sum: 7, Min: 0, Max: 4, Zeros: 1, Values: [1, 2, 4] },
  ];
}

/** Exemplars of the first collection, which were recorded inside a span. */
export async function storedExemplars(service: Service, run: ShopRun): Promise<object[]> {
  const exemplars =
    "arrayJoin(arrayZip(Exemplars.Value, Exemplars.TraceId, Exemplars.SpanId)) AS e";
  const columns = `MetricName AS metric, e.1 AS value, e.2 AS traceId, e.3 AS spanId, ${exemplars}`;
  const sums = await rowsOf(service, "otel_metrics_sum", columns, run);
  const histograms = await rowsOf(service, "otel_metrics_histogram", columns, run);
  return [...sums, ...histograms]
    .filter(({ traceId }) => traceId !== "")
    .map(({ metric, value, traceId, spanId }) => ({ metric, value, traceId, spanId }));
}
