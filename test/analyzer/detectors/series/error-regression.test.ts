import { errorRegression } from "../../../../analyzer/detectors/series/error-regression.ts";
import type { SeriesAlarm } from "../../../../analyzer/detectors/series/series-metric.ts";
import { createRandom } from "../../../../bench/random.ts";

const start = Date.UTC(2026, 10, 2);
const minute = 60_000;

interface Run {
  readonly minutes: number;
  readonly spans: number;
  readonly rate: (index: number) => number;
  readonly seed?: number;
}

function run({ minutes, spans, rate, seed = 5 }: Run) {
  const random = createRandom(seed);
  const state = errorRegression.create();
  const raised: { readonly index: number; readonly alarm: SeriesAlarm }[] = [];
  for (let index = 0; index < minutes; index++) {
    let errors = 0;
    for (let i = 0; i < spans; i++) {
      errors += random() < rate(index) ? 1 : 0;
    }
    const operation = { operation: "chat", spans, errors, buckets: [], bucketSpans: [] };
    const window = {
      startUnixMs: start + index * minute,
      spans,
      requests: 0,
      versions: [],
      operations: [operation],
      models: [],
    };
    const alarm = errorRegression.advance(state, window, "chat");
    if (alarm !== null) {
      raised.push({ index, alarm });
    }
  }
  return raised;
}

describe("error-regression", () => {
  it("finds 0.5 % to 5 % at 60 spans a minute, at an exact minute", () => {
    const raised = run({ minutes: 1500, spans: 60, rate: (i) => (i >= 1200 ? 0.05 : 0.005) });
    expect(raised.map(({ index }) => index)).toEqual([1214]);
    expect(raised[0]?.alarm).toMatchObject({
      targetClass: "error_rate:chat",
      severity: "medium",
      rule: "error-rate",
    });
    const onset = raised[0]?.alarm.onset;
    expect(onset?.fromUnixMs).toBeLessThanOrEqual(start + 1200 * minute);
    expect(onset?.toUnixMs).toBeGreaterThan(start + 1200 * minute);
  });

  it("finds an outage within four minutes and calls it high", () => {
    const raised = run({ minutes: 1300, spans: 60, rate: (i) => (i >= 1200 ? 1 : 0.005) });
    expect(raised.map(({ index }) => index)).toEqual([1203]);
    expect(raised[0]?.alarm.severity).toBe("high");
  });

  it("finds a rise among two spans a minute, hours later but not never", () => {
    const raised = run({ minutes: 6000, spans: 2, rate: (i) => (i >= 5000 ? 0.08 : 0.005) });
    expect(raised.length).toBe(1);
    expect(raised[0]?.index).toBeGreaterThan(5000);
  });

  it.each([
    { name: "a rate that stays", rate: () => 0.02 },
    { name: "a rise of half a percentage point", rate: (i: number) => (i >= 2000 ? 0.01 : 0.005) },
    { name: "a rise by a fifth", rate: (i: number) => (i >= 2000 ? 0.12 : 0.1) },
    { name: "bad minutes now and then", rate: (i: number) => (i % 240 === 0 ? 0.5 : 0.005) },
    { name: "a fall", rate: (i: number) => (i >= 2000 ? 0 : 0.05) },
  ])("is silent on $name", ({ rate }) => {
    expect(run({ minutes: 5000, spans: 40, rate })).toEqual([]);
  });

  it("is silent on one error after a thousand quiet minutes", () => {
    expect(run({ minutes: 2000, spans: 1, rate: (i) => (i === 1500 ? 1 : 0) })).toEqual([]);
  });
});
