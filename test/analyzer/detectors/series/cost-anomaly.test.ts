import { costAnomalies } from "../../../../analyzer/detectors/series/cost-anomaly.ts";
import type { SeriesAlarm } from "../../../../analyzer/detectors/series/series-metric.ts";
import { createRandom } from "../../../../bench/random.ts";

const start = Date.UTC(2026, 10, 2);
const minute = 60_000;
const day = 1440;

interface Run {
  readonly days: number;
  /** Factors on the tokens of a call and on the calls of a minute. */
  readonly tokens?: (index: number) => number;
  readonly calls?: (index: number) => number;
  readonly price?: number;
}

interface RaisedCost {
  readonly index: number;
  readonly metric: string;
  readonly alarm: SeriesAlarm;
}

/** One model, ten requests a minute with two calls each, and what every cost series says. */
function run({ days, tokens, calls, price = 3e-6 }: Run): RaisedCost[] {
  const random = createRandom(13);
  const states = new Map(costAnomalies.map((metric) => [metric, metric.create()]));
  const raised: RaisedCost[] = [];
  for (let index = 0; index < days * day; index++) {
    const count = Math.round(20 * (calls?.(index) ?? 1));
    const used = Math.round(count * 500 * (0.7 + 0.6 * random()) * (tokens?.(index) ?? 1));
    const window = {
      startUnixMs: start + index * minute,
      spans: count,
      requests: count / 2,
      versions: [],
      operations: [],
      models: [{ model: "model-a", calls: count, tokens: used, costUsd: used * price }],
    };
    for (const [metric, state] of states) {
      for (const subject of metric.subjects(window)) {
        const alarm = metric.advance(state, window, subject);
        raised.push(...(alarm === null ? [] : [{ index, metric: metric.metric, alarm }]));
      }
    }
  }
  return raised;
}

describe("cost-anomaly", () => {
  const shiftAt = 3 * day + 600;

  it("finds +60 % per request and per call, in dollars and in tokens, at exact minutes", () => {
    const raised = run({ days: 3.6, tokens: (index) => (index >= shiftAt ? 1.6 : 1) });
    expect(raised.map(({ metric, index }) => [metric, index - shiftAt])).toEqual([
      ["cost_per_call", 19],
      ["tokens_per_call", 19],
      ["cost_per_request", 39],
      ["tokens_per_request", 39],
    ]);
    expect(new Set(raised.map(({ alarm }) => alarm.targetClass))).toEqual(
      new Set(["cost.per_request"]),
    );
    expect(raised[0]?.alarm.excerpt).toMatch(
      /^cost per call of model-a: 0\.001\d+ USD expected, 0\.002\d+ USD seen, \+\d+ % /,
    );
  });

  it("finds more calls at the same price by the hour, after a week", () => {
    const raised = run({ days: 10, calls: (index) => (index >= 9 * day ? 2 : 1) });
    expect(new Set(raised.map(({ metric }) => metric))).toEqual(
      new Set(["cost_per_hour", "tokens_per_hour"]),
    );
  });

  it("follows tokens where a model has no price", () => {
    const raised = run({ days: 3.6, price: 0, tokens: (i) => (i >= shiftAt ? 1.6 : 1) });
    expect(raised.map(({ metric }) => metric)).toEqual(["tokens_per_call", "tokens_per_request"]);
  });

  it.each([
    { name: "a rise of 8 %", tokens: (index: number) => (index >= shiftAt ? 1.08 : 1) },
    { name: "a fall", tokens: (index: number) => (index >= shiftAt ? 0.5 : 1) },
    { name: "an expensive minute every hour", tokens: (i: number) => (i % 60 === 0 ? 10 : 1) },
  ])("is silent on $name", ({ tokens }) => {
    expect(run({ days: 9, tokens })).toEqual([]);
  });
});
