import { resource, resourceColumns, rowsOf, type Service, type ShopRun, scope } from "./shop.ts";

const common = `MetricName, MetricUnit, MetricDescription, Attributes, ScopeName, ScopeVersion, ${resourceColumns}`;
const summary = "toFloat64(Count) AS Count, Sum, Min, Max, AggregationTemporality";
/** Cumulative points begin together, each delta point where the one before it ended. */
const times = [
  "TimeUnix > StartTimeUnix AS IsInterval",
  "dense_rank() OVER (PARTITION BY MetricName ORDER BY StartTimeUnix) AS Interval",
  "dense_rank() OVER (PARTITION BY MetricName ORDER BY TimeUnix) AS Collection",
].join(", ");

export async function storedGauges(service: Service, run: ShopRun): Promise<object[]> {
  return await rowsOf(service, "otel_metrics_gauge", `${common}, Value`, run);
}

export function expectedGauges(): object[] {
  const about = { ...resource, ...scope, MetricUnit: "Cel", MetricDescription: "" };
  return [
    { ...about, MetricName: "shop.fridge", Attributes: { door: "open" }, Value: 36.6 },
    { ...about, MetricName: "shop.fridge", Attributes: { door: "open" }, Value: 37.1 },
    { ...about, MetricName: "shop.oven", Attributes: {}, Value: 0.25 },
    { ...about, MetricName: "shop.oven", Attributes: {}, Value: 0.75 },
  ];
}

export async function storedSums(service: Service, run: ShopRun): Promise<object[]> {
  const columns = `${common}, Value, AggregationTemporality, IsMonotonic, ${times}`;
  return await rowsOf(service, "otel_metrics_sum", columns, run);
}

/** Up-down counters stay cumulative: so says the specification of the "delta" preference. */
export function expectedSums({ temporality }: ShopRun): object[] {
  const isDelta = temporality === "delta";
  const about = { ...resource, ...scope, MetricUnit: "{order}", IsInterval: true };
  const counted = {
    ...about,
    MetricDescription: "Orders taken",
    AggregationTemporality: isDelta ? 1 : 2,
    IsMonotonic: true,
  };
  const level = {
    ...about,
    MetricDescription: "",
    AggregationTemporality: 2,
    IsMonotonic: false,
    Interval: 1,
  };
  return ([1, 2] as const).flatMap((Collection) => {
    const both = Collection === 2;
    function since(first: number, second: number): number {
      return both ? second + (isDelta ? 0 : first) : first;
    }
    const Interval = isDelta ? Collection : 1;
    const at = { Collection, Attributes: {} };
    return [
      { ...level, ...at, MetricName: "shop.balance", Value: both ? -6 : -4 },
      { ...level, ...at, MetricName: "shop.open", Value: both ? 3 : 5 },
      { ...counted, ...at, Interval, MetricName: "shop.observed", Value: since(10, 5) },
      ...[
        { Attributes: { model: "a", big: "true" }, Value: since(3, 4) },
        { Attributes: { model: "b" }, Value: since(1, 2) },
      ].map((point) => ({ ...counted, ...at, Interval, MetricName: "shop.orders", ...point })),
    ];
  });
}

export async function storedHistograms(service: Service, run: ShopRun): Promise<object[]> {
  const columns = `${common}, ${summary}, arrayMap(c -> toFloat64(c), BucketCounts) AS Counts, ExplicitBounds`;
  return await rowsOf(service, "otel_metrics_histogram", columns, run);
}

const bounds = [5, 50, 500];

export function expectedHistograms({ temporality }: ShopRun): object[] {
  const isDelta = temporality === "delta";
  const about = {
    ...resource,
    ...scope,
    MetricName: "shop.wait",
    MetricUnit: "ms",
    MetricDescription: "Time in the queue",
    Attributes: { till: "1" },
    ExplicitBounds: bounds,
    AggregationTemporality: isDelta ? 1 : 2,
  };
  return [
    { ...about, Count: 2, Sum: 712, Min: 12, Max: 700, Counts: [0, 1, 0, 1] },
    isDelta
      ? { ...about, Count: 1, Sum: 3, Min: 3, Max: 3, Counts: [1, 0, 0, 0] }
      : { ...about, Count: 3, Sum: 715, Min: 3, Max: 700, Counts: [1, 1, 0, 1] },
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
    AggregationTemporality: isDelta ? 1 : 2,
    Negatives: 0,
  };
  return [
    { ...about, Count: 3, Sum: 5, Min: 0, Max: 4, Zeros: 1, Values: [1, 4] },
    isDelta
      ? { ...about, Count: 1, Sum: 2, Min: 2, Max: 2, Zeros: 0, Values: [2] }
      : { ...about, Count: 4, Sum: 7, Min: 0, Max: 4, Zeros: 1, Values: [1, 2, 4] },
  ];
}
