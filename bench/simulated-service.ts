import { durationBucket } from "../analyzer/series/duration-histogram.ts";
import {
  type OperationCounts,
  type SeriesWindow,
  windowMs,
} from "../analyzer/series/series-window.ts";
import { createRandom } from "./random.ts";

/** A change of behavior from some time on; factors are relative to healthy. */
export interface InjectedShift {
  readonly fromUnixMs: number;
  readonly latencyFactor?: number;
  readonly errorRate?: number;
  readonly costFactor?: number;
}

export interface SimulatedService {
  readonly seed: number;
  readonly startUnixMs: number;
  readonly days: number;
  /** Mean over a weekday. */
  readonly requestsPerMinute: number;
  readonly shift?: InjectedShift;
}

const healthyErrorRate = 0.005;
const dayMs = 86_400_000;

/**
 * Windows of a service as noisy as real ones: a daily cycle of ±80 %, weekends at half, days
 * that differ, Poisson counts, latency with a heavy tail and a slow wander, skewed cost per
 * call, and about once a day a single minute with many errors or very slow answers.
 */
export function* simulateService(service: SimulatedService): Generator<SeriesWindow> {
  const random = createRandom(service.seed);
  let wander = 0;
  let dayFactor = 1;
  for (let minute = 0; minute < service.days * 1440; minute++) {
    const startUnixMs = service.startUnixMs + minute * windowMs;
    if (minute % 1440 === 0) {
      dayFactor = Math.exp(0.08 * normal(random));
    }
    // Stationary standard deviation 3 %, correlation time half an hour.
    wander = wander * (1 - 1 / 30) + 0.03 * Math.sqrt(2 / 30) * normal(random);
    const load = loadAt(startUnixMs) * dayFactor;
    const requests = poisson(random, service.requestsPerMinute * load);
    if (requests > 0) {
      const moment = { startUnixMs, load, wander, shift: activeShift(service, startUnixMs) };
      yield simulateWindow(random, moment, requests);
    }
  }
}

interface Moment {
  readonly startUnixMs: number;
  readonly load: number;
  readonly wander: number;
  readonly shift: InjectedShift | undefined;
}

function simulateWindow(random: () => number, moment: Moment, requests: number): SeriesWindow {
  const { shift } = moment;
  const isErrorSpike = random() < 1 / 1440;
  const isSlowSpike = random() < 1 / 1440;
  const errorRate = isErrorSpike ? 0.3 : (shift?.errorRate ?? healthyErrorRate);
  const slow = (isSlowSpike ? 5 : 1) * (shift?.latencyFactor ?? 1) * Math.exp(moment.wander);
  const calls = poisson(random, 1.5 * requests);
  const tokens = sum(calls, () => 600 * Math.exp(0.8 * normal(random)) * (shift?.costFactor ?? 1));
  function operation(name: string, spans: number, medianMs: number): OperationCounts {
    return {
      operation: name,
      spans,
      errors: sum(spans, () => (random() < errorRate ? 1 : 0)),
      ...durations(random, spans, medianMs * slow * (1 + 0.1 * moment.load)),
    };
  }
  return {
    startUnixMs: moment.startUnixMs,
    spans: requests + calls,
    requests,
    versions: ["1.0.0"],
    operations: [operation("server", requests, 400), operation("chat", calls, 250)],
    models:
      calls === 0
        ? []
        : [{ model: "model-a", calls, tokens: Math.round(tokens), costUsd: tokens * 3e-6 }],
  };
}

/** Log-normal, σ = 0.7, and one span in a hundred ten times slower. */
function durations(
  random: () => number,
  spans: number,
  medianMs: number,
): Pick<OperationCounts, "buckets" | "bucketSpans"> {
  const counts = new Map<number, number>();
  for (let i = 0; i < spans; i++) {
    const tail = random() < 0.01 ? 10 : 1;
    const bucket = durationBucket(1e6 * medianMs * tail * Math.exp(0.7 * normal(random)));
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  }
  const buckets = [...counts.keys()].toSorted((a, b) => a - b);
  return { buckets, bucketSpans: buckets.map((bucket) => counts.get(bucket) ?? 0) };
}

function loadAt(unixMs: number): number {
  const date = new Date(unixMs);
  const weekend = date.getUTCDay() === 0 || date.getUTCDay() === 6;
  const daily = 1 + 0.8 * Math.sin(2 * Math.PI * ((unixMs % dayMs) / dayMs - 0.4));
  return daily * (weekend ? 0.5 : 1);
}

function activeShift({ shift }: SimulatedService, unixMs: number): InjectedShift | undefined {
  return shift !== undefined && unixMs >= shift.fromUnixMs ? shift : undefined;
}

/** Box-Muller. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Knuth's product below a mean of 30, the rounded normal above. */
function poisson(random: () => number, mean: number): number {
  if (mean > 30) {
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
  }
  let product = random();
  let count = 0;
  while (product > Math.exp(-mean)) {
    product *= random();
    count += 1;
  }
  return count;
}

function sum(times: number, value: () => number): number {
  let total = 0;
  for (let i = 0; i < times; i++) {
    total += value();
  }
  return total;
}
