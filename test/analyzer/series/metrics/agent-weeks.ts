import { advanceWindow } from "../../../../analyzer/series/advance-stream.ts";
import { durationBucket } from "../../../../analyzer/series/duration-histogram.ts";
import type { SeriesWindow } from "../../../../analyzer/series/series-window.ts";
import { createStreamState } from "../../../../analyzer/series/stream-state.ts";
import { createRandom } from "../../../../bench/random.ts";
import { simulateService } from "../../../../bench/simulated-service.ts";
import type { Detection } from "../../../../core/model/finding.ts";

// A Friday: the first days seen are a weekend, the least helpful start.
export const startUnixMs = Date.UTC(2026, 9, 30);
export const dayMs = 86_400_000;

/** What differs from a healthy agent from some time on. */
export interface Departure {
  readonly fromUnixMs: number;
  readonly tools?: readonly number[];
  readonly refusals?: number;
  readonly outputFactor?: number;
  readonly firstTokenFactor?: number;
  readonly score?: number;
  readonly loadFactor?: number;
  readonly silentUntilUnixMs?: number;
}

export interface AgentWeeks {
  readonly seed: number;
  readonly days: number;
  readonly requestsPerMinute: number;
  readonly departure?: Departure;
}

const tools = ["search", "read", "write", "run"];

/** Windows of an agent: what `simulateService` makes, with tools, finish reasons and scores. */
export function* simulateAgent(agent: AgentWeeks): Generator<SeriesWindow> {
  const random = createRandom(agent.seed * 7919);
  for (const window of simulateService({ ...agent, startUnixMs })) {
    const { departure } = agent;
    const active: Partial<Departure> =
      departure !== undefined && window.startUnixMs >= departure.fromUnixMs ? departure : {};
    if (window.startUnixMs >= (active.silentUntilUnixMs ?? 0)) {
      yield enrich(window, random, active);
    }
  }
}

function enrich(
  window: SeriesWindow,
  random: () => number,
  departure: Partial<Departure>,
): SeriesWindow {
  // At night a job runs that mostly searches.
  const isNight = new Date(window.startUnixMs).getUTCHours() < 4;
  const shares = departure.tools ?? (isNight ? [0.8, 0.1, 0.05, 0.05] : [0.4, 0.3, 0.2, 0.1]);
  const load = departure.loadFactor ?? 1;
  const [model] = window.models;
  const calls = Math.round(load * (model?.calls ?? 0));
  const reasons = draw(random, calls, [
    1 - (departure.refusals ?? 0.01),
    departure.refusals ?? 0.01,
  ]);
  const times = new Map<number, number>();
  let score = 0;
  let length = 0;
  for (let call = 0; call < calls; call++) {
    const noise = Math.exp(random() + random() + random() - 1.5);
    const bucket = durationBucket(3e8 * noise * (departure.firstTokenFactor ?? 1));
    times.set(bucket, (times.get(bucket) ?? 0) + 1);
    score += Math.min(1, Math.max(0, (departure.score ?? 0.8) + 0.4 * (random() - 0.5)));
    length += 200 * noise * (departure.outputFactor ?? 1);
  }
  const buckets = [...times.keys()].toSorted((a, b) => a - b);
  return {
    ...window,
    spans: Math.ceil(load * window.spans),
    requests: Math.ceil(load * window.requests),
    models: window.models.map((each) => ({
      ...each,
      calls,
      tokens: load * each.tokens,
      costUsd: load * each.costUsd,
      outputTokens: Math.round(length),
    })),
    categories: [
      { kind: "tool", subject: "", counts: named(tools, draw(random, 2 * calls, shares)) },
      {
        kind: "finish_reason",
        subject: "chat",
        counts: named(["stop", "content_filter"], reasons),
      },
    ],
    measurements: [
      {
        measure: "time_to_first_token",
        subject: "chat",
        items: calls,
        total: 0,
        buckets,
        bucketSpans: buckets.map((bucket) => times.get(bucket) ?? 0),
      },
      {
        measure: "evaluation",
        subject: "judge",
        items: calls,
        total: score,
        buckets: [],
        bucketSpans: [],
      },
    ],
  };
}

function draw(random: () => number, times: number, shares: readonly number[]): number[] {
  const counts = shares.map(() => 0);
  for (let i = 0; i < times; i++) {
    let left = random();
    const index = shares.findIndex((share) => (left -= share) < 0);
    const chosen = index < 0 ? shares.length - 1 : index;
    counts[chosen] = (counts[chosen] ?? 0) + 1;
  }
  return counts;
}

function named(names: readonly string[], counts: readonly number[]): Record<string, number> {
  return Object.fromEntries(
    names.map((name, index) => [name, counts[index] ?? 0]).filter(([, count]) => count !== 0),
  ) as Record<string, number>;
}

/** What a followed stream says of such weeks. */
export function detectOnAgent(agent: AgentWeeks): Detection[] {
  const stream = { tenant: "default", service: "agent", environment: "production" };
  const state = createStreamState(startUnixMs);
  const detections: Detection[] = [];
  for (const window of simulateAgent(agent)) {
    detections.push(...advanceWindow(stream, state, window));
  }
  return detections;
}
