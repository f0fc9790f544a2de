import {
  countModels,
  countOperations,
  type ModelRow,
  type OperationRow,
} from "../../../analyzer/series/count-rows.ts";
import { durationBucket } from "../../../analyzer/series/duration-histogram.ts";
import { type SeriesWindow, windowMs } from "../../../analyzer/series/series-window.ts";
import { createRandom } from "../../../bench/random.ts";

/** One request of a simulated service, before anything was sampled. */
export interface SimulatedRequest {
  readonly isError: boolean;
  readonly durationMs: number;
}

/** What becomes of a request: whether it is kept, and what its spans then say of it. */
export interface Sampler {
  readonly keep: (request: SimulatedRequest, random: number) => boolean;
  readonly weight: number;
  readonly tailSampled?: boolean;
}

export interface SampledWeek {
  readonly startUnixMs: number;
  readonly days: number;
  readonly requestsPerMinute: (minute: number) => number;
  readonly errorRate: (minute: number) => number;
  readonly slowness?: (minute: number) => number;
  readonly sampler: (minute: number) => Sampler;
  readonly seed?: number;
}

export const everything: Sampler = { keep: () => true, weight: 1 };

/** One model call of 500 tokens per request; a daily cycle is up to `requestsPerMinute`. */
export function* sampledWindows(week: SampledWeek): Generator<SeriesWindow> {
  const random = createRandom(week.seed ?? 3);
  for (let minute = 0; minute < week.days * 1440; minute++) {
    const sampler = week.sampler(minute);
    const kept = requestsOf(week, minute, random).filter((request) =>
      sampler.keep(request, random()),
    );
    if (kept.length > 0) {
      yield windowOf(week.startUnixMs + minute * windowMs, kept, sampler);
    }
  }
}

function requestsOf(week: SampledWeek, minute: number, random: () => number): SimulatedRequest[] {
  const mean = week.requestsPerMinute(minute);
  const count = Math.round(mean + Math.sqrt(mean) * (2 * random() + 2 * random() - 2));
  return Array.from({ length: Math.max(0, count) }, () => ({
    isError: random() < week.errorRate(minute),
    durationMs:
      200 * (week.slowness?.(minute) ?? 1) * Math.exp(2 * (random() + random() + random() - 1.5)),
  }));
}

function windowOf(
  startUnixMs: number,
  kept: readonly SimulatedRequest[],
  { weight, tailSampled = false }: Sampler,
): SeriesWindow {
  const spans = kept.length;
  const buckets = kept.map(({ durationMs }) => durationBucket(durationMs * 1e6));
  const row: OperationRow = {
    Operation: "server",
    Weight: weight,
    Spans: spans,
    Errors: kept.filter(({ isError }) => isError).length,
    TailSampled: tailSampled ? spans : 0,
    Requests: spans,
    RequestErrors: kept.filter(({ isError }) => isError).length,
    ...histogram(buckets),
  };
  const model: ModelRow = {
    Model: "model-a",
    Weight: weight,
    Calls: spans,
    Tokens: 500 * spans,
    Cost: 0.001 * spans,
  };
  return {
    startUnixMs,
    ...countOperations([row]),
    versions: ["1.0.0"],
    models: countModels([model]),
  };
}

function histogram(buckets: readonly number[]): Pick<OperationRow, "Buckets" | "BucketSpans"> {
  const counts = Map.groupBy(buckets, (bucket) => bucket);
  const keys = [...counts.keys()].toSorted((a, b) => a - b);
  return { Buckets: keys, BucketSpans: keys.map((key) => counts.get(key)?.length ?? 0) };
}
