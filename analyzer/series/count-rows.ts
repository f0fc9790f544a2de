import type {
  CategoryCounts,
  Measurement,
  ModelUsage,
  OperationCounts,
  SeriesWindow,
} from "./series-window.ts";

/** What the spans of one operation and one sampling weight did in one minute. */
export interface OperationRow {
  /** Empty for spans that are counted in no operation of their own. */
  readonly Operation: string;
  /** How many spans each stands for. */
  readonly Weight: number;
  readonly Spans: number | string;
  readonly Errors: number | string;
  readonly TailSampled: number | string;
  readonly Requests: number | string;
  readonly RequestErrors: number | string;
  readonly Buckets: readonly number[];
  readonly BucketSpans: readonly (number | string)[];
}

/** What the calls to one model and of one sampling weight used in one minute. */
export interface ModelRow {
  readonly Model: string;
  readonly Weight: number;
  readonly Calls: number | string;
  readonly Tokens: number | string;
  readonly Cost: number;
  readonly OutputTokens?: number | string;
}

/** A value or a measure of one minute and one sampling weight. */
export interface MeasureRow {
  readonly Measure: CategoryCounts["kind"] | Measurement["measure"];
  readonly Subject: string;
  readonly Label: string;
  readonly Items: number | string;
  readonly Total: number;
  readonly Buckets: readonly number[];
  readonly BucketItems: readonly (number | string)[];
}

/** The usage of one minute by model, weighted. */
export function countModels(rows: readonly ModelRow[]): ModelUsage[] {
  return [...Map.groupBy(rows, ({ Model }) => Model)].map(([model, weights]) => {
    const usage = { model, calls: 0, tokens: 0, costUsd: 0, sampledCalls: 0, outputTokens: 0 };
    for (const { Weight, Calls, Tokens, Cost, OutputTokens } of weights) {
      usage.calls += Weight * Number(Calls);
      usage.tokens += Weight * Number(Tokens);
      usage.costUsd += Weight * Cost;
      usage.sampledCalls += Number(Calls);
      usage.outputTokens += Weight * Number(OutputTokens ?? 0);
    }
    return usage;
  });
}

/** The categories of one minute; spans of different weight count alike. */
export function countCategories(rows: readonly MeasureRow[]): CategoryCounts[] {
  const kinds = rows.filter(
    (row): row is MeasureRow & { readonly Measure: CategoryCounts["kind"] } =>
      row.Measure === "tool" || row.Measure === "finish_reason",
  );
  const groups = Map.groupBy(kinds, ({ Measure, Subject }) => `${Measure}:${Subject}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) {
      return [];
    }
    const counts: Record<string, number> = {};
    for (const { Label, Items } of group) {
      counts[Label] = (counts[Label] ?? 0) + Number(Items);
    }
    return { kind: first.Measure, subject: first.Subject, counts };
  });
}

/** The measurements of one minute. */
export function listMeasurements(rows: readonly MeasureRow[]): Measurement[] {
  return rows.flatMap(({ Measure, Subject, Items, Total, Buckets, BucketItems }) =>
    Measure === "time_to_first_token" || Measure === "evaluation"
      ? {
          measure: Measure,
          subject: Subject,
          items: Number(Items),
          total: Total,
          buckets: Buckets,
          bucketSpans: BucketItems.map(Number),
        }
      : [],
  );
}

/** The counts of one minute, from the rows of all its operations in the order of their names. */
export function countOperations(
  rows: readonly OperationRow[],
): Pick<SeriesWindow, "spans" | "requests" | "operations" | "sample"> {
  const total = {
    spans: 0,
    requests: 0,
    sample: { weightedSpans: 0, tailSampled: 0, requests: 0, requestErrors: 0 },
  };
  for (const row of rows) {
    total.spans += Number(row.Spans);
    total.requests += Number(row.Requests) * row.Weight;
    total.sample.weightedSpans += Number(row.Spans) * row.Weight;
    total.sample.tailSampled += Number(row.TailSampled);
    total.sample.requests += Number(row.Requests);
    total.sample.requestErrors += Number(row.RequestErrors);
  }
  const byOperation = Map.groupBy(rows, ({ Operation }) => Operation);
  byOperation.delete("");
  return { ...total, operations: [...byOperation.values()].flatMap(toOperation) };
}

function toOperation(rows: readonly OperationRow[]): OperationCounts[] {
  const [first] = rows;
  if (first === undefined) {
    return [];
  }
  return rows.length > 1
    ? [mixed(first.Operation, rows)]
    : [
        {
          operation: first.Operation,
          spans: Number(first.Spans),
          errors: Number(first.Errors),
          buckets: first.Buckets,
          bucketSpans: first.BucketSpans.map(Number),
        },
      ];
}

/**
 * Spans of different weights w together: the rates are weighted, and the counts are those of
 * n = (Σw)² / Σw² equal spans, which scatter as much (Kish, Survey Sampling, 1965).
 */
function mixed(operation: string, rows: readonly OperationRow[]): OperationCounts {
  let weighted = 0;
  let squares = 0;
  let errors = 0;
  const histogram = new Map<number, number>();
  for (const { Weight, Spans, Errors, Buckets, BucketSpans } of rows) {
    weighted += Weight * Number(Spans);
    squares += Weight ** 2 * Number(Spans);
    errors += Weight * Number(Errors);
    for (const [index, bucket] of Buckets.entries()) {
      const spans = Weight * Number(BucketSpans[index] ?? 0);
      histogram.set(bucket, (histogram.get(bucket) ?? 0) + spans);
    }
  }
  const spans = weighted ** 2 / squares;
  const share = spans / weighted;
  const buckets = [...histogram.keys()].toSorted((a, b) => a - b);
  return {
    operation,
    spans,
    errors: errors * share,
    buckets,
    bucketSpans: buckets.map((bucket) => share * (histogram.get(bucket) ?? 0)),
  };
}
