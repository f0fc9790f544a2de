import type { ModelUsage, OperationCounts, SeriesWindow } from "./series-window.ts";

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
}

/** The usage of one minute by model, weighted. */
export function countModels(rows: readonly ModelRow[]): ModelUsage[] {
  return [...Map.groupBy(rows, ({ Model }) => Model)].map(([model, weights]) => {
    const usage = { model, calls: 0, tokens: 0, costUsd: 0, sampledCalls: 0 };
    for (const { Weight, Calls, Tokens, Cost } of weights) {
      usage.calls += Weight * Number(Calls);
      usage.tokens += Weight * Number(Tokens);
      usage.costUsd += Weight * Cost;
      usage.sampledCalls += Number(Calls);
    }
    return usage;
  });
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
