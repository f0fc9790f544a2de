import { advanceWindow } from "../analyzer/series/advance-stream.ts";
import type { SeriesWindow } from "../analyzer/series/series-window.ts";
import {
  createStreamState,
  parseStreamState,
  type StreamState,
  serializeStreamState,
} from "../analyzer/series/stream-state.ts";
import { printFigures } from "./print-figures.ts";
import { simulateService } from "./simulated-service.ts";

const streams = 1000;
const days = 3;
const dayMs = 86_400_000;
// A Friday.
const startUnixMs = Date.UTC(2026, 9, 30);

/** What a minute of an agent also carries: tools, finish reasons, first tokens, scores. */
function enrich(window: SeriesWindow): SeriesWindow {
  const calls = window.models.reduce((sum, model) => sum + model.calls, 0);
  const times = window.operations.find(({ operation }) => operation === "chat");
  const { buckets = [], bucketSpans = [] } = times ?? {};
  const sized = { items: calls, buckets, bucketSpans };
  return {
    ...window,
    models: window.models.map((model) => ({ ...model, outputTokens: 200 * calls })),
    categories: [
      { kind: "tool", subject: "", counts: { search: calls, read: 1, write: 1 } },
      { kind: "finish_reason", subject: "chat", counts: { stop: calls } },
    ],
    measurements: [
      { measure: "time_to_first_token", subject: "chat", total: 0, ...sized },
      { measure: "evaluation", subject: "judge", total: 0.8 * calls, ...sized },
    ],
  };
}

/**
 * What it costs to follow many services: each is an agent of some twenty series with a window
 * every minute, all of them the same weeks. Reading the windows from the store is not in it.
 */
export function benchSeriesLoad(): void {
  const windows = [...simulateService({ seed: 1, startUnixMs, days, requestsPerMinute: 30 })].map(
    enrich,
  );
  const stream = { tenant: "default", service: "agent", environment: "production" };
  const learnt = createStreamState(startUnixMs);
  for (const window of windows) {
    advanceWindow(stream, learnt, window);
  }
  const text = serializeStreamState(learnt);
  globalThis.gc?.();
  const heapBefore = process.memoryUsage().heapUsed;
  const states: StreamState[] = Array.from({ length: streams }, () => parseStreamState(text));
  const heapBytes = process.memoryUsage().heapUsed - heapBefore;
  const minutes = windows.slice(0, 60);
  const before = process.cpuUsage();
  for (const window of minutes) {
    const shifted = { ...window, startUnixMs: window.startUnixMs + days * dayMs };
    for (const state of states) {
      advanceWindow(stream, state, shifted);
    }
  }
  const { user, system } = process.cpuUsage(before);
  const series = streams * learnt.series.size;
  const secondsPerMinute = (user + system) / 1e6 / minutes.length;
  const figures = {
    series,
    secondsPerMinute,
    pointsPerSecond: Math.round(series / secondsPerMinute),
    share: secondsPerMinute / 60,
    bytesPerSeries: Math.round(heapBytes / series),
    checkpointBytesPerSeries: Math.round(text.length / learnt.series.size),
  };
  printFigures([
    ["series followed", `${series} of ${streams} streams`],
    ["CPU per minute of data", `${secondsPerMinute.toFixed(2)} s`],
    ["points per second and core", figures.pointsPerSecond.toLocaleString("en-US")],
    ["memory per series", `${figures.bytesPerSeries} bytes`],
  ]);
  process.stdout.write(
    `${JSON.stringify({ bench: "series-load", ok: figures.share < 1, ...figures })}\n`,
  );
}
