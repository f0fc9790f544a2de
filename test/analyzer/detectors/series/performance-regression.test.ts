import { performanceRegression } from "../../../../analyzer/detectors/series/performance-regression.ts";
import type { SeriesAlarm } from "../../../../analyzer/detectors/series/series-metric.ts";
import { durationBucket } from "../../../../analyzer/series/duration-histogram.ts";
import { createRandom } from "../../../../bench/random.ts";

const start = Date.UTC(2026, 10, 2);
const minute = 60_000;
const shiftAt = 3 * 1440 + 600;

/** Three and a half days of one operation; `slowdown` gives the factor of one span. */
function run(spans: number, slowdown: (index: number, random: () => number) => number) {
  const random = createRandom(11);
  const state = performanceRegression.create();
  const raised: { readonly index: number; readonly alarm: SeriesAlarm }[] = [];
  for (let index = 0; index < 3.5 * 1440 + 600; index++) {
    const durations = Array.from({ length: spans }, () => {
      const spread = random() + random() + random() - 1.5;
      return durationBucket(3e8 * Math.exp(spread) * slowdown(index, random));
    });
    const operation = {
      operation: "Chat <b>",
      spans,
      errors: 0,
      buckets: durations,
      bucketSpans: durations.map(() => 1),
    };
    const window = {
      startUnixMs: start + index * minute,
      spans,
      requests: 0,
      versions: [],
      operations: [operation],
      models: [],
    };
    const alarm = performanceRegression.advance(state, window, "Chat <b>");
    if (alarm !== null) {
      raised.push({ index, alarm });
    }
  }
  return raised;
}

describe("performance-regression", () => {
  it("finds +40 % at 25 spans a minute, at an exact minute, once", () => {
    const raised = run(25, (index) => (index >= shiftAt ? 1.4 : 1));
    expect(raised.map(({ index }) => index - shiftAt)).toEqual([27]);
    expect(raised[0]?.alarm).toMatchObject({
      targetClass: "latency:chat-b-",
      severity: "medium",
    });
    expect(raised[0]?.alarm.excerpt).toMatch(
      /^(median|p95) latency of chat-b-: \d+ ms expected, \d+ ms seen, \+\d+ % \(99 % interval \+\d+ % to \+\d+ %\); expected false alarms 0\.0000\d+ per day$/,
    );
  });

  it("finds a heavier tail under an unchanged median, by the 95th percentile", () => {
    const raised = run(25, (index, random) => (index >= shiftAt && random() < 0.15 ? 5 : 1));
    expect(raised.map(({ alarm }) => alarm.rule)).toEqual(["latency-p95"]);
    expect(raised[0]?.alarm.severity).toBe("high");
  });

  it.each([
    { name: "one slow minute an hour", slowdown: (index: number) => (index % 60 === 0 ? 8 : 1) },
    { name: "a rise of 4 %", slowdown: (index: number) => (index >= shiftAt ? 1.04 : 1) },
    {
      name: "a service that gets faster",
      slowdown: (index: number) => (index >= shiftAt ? 0.6 : 1),
    },
  ])("is silent on $name", ({ slowdown }) => {
    expect(run(25, slowdown)).toEqual([]);
  });
});
