import { advanceWindow } from "../../../analyzer/series/advance-stream.ts";
import { createStreamState } from "../../../analyzer/series/stream-state.ts";
import type { Detection } from "../../../core/model/finding.ts";
import { everything, type SampledWeek, type Sampler, sampledWindows } from "./sampled-week.ts";

const startUnixMs = Date.UTC(2026, 10, 2);
const day = 1440;
const stream = { tenant: "default", service: "shop", environment: "production" };

interface Outcome {
  readonly detections: Detection[];
  /** Marks in the order of their first appearance. */
  readonly marks: Set<string>;
  readonly steps: number;
}

function run(week: Partial<SampledWeek>): Outcome {
  const state = createStreamState(startUnixMs);
  const outcome = { detections: [] as Detection[], marks: new Set<string>(), steps: 0 };
  let stepAtUnixMs = 0;
  for (const window of sampledWindows({
    startUnixMs,
    days: 4,
    requestsPerMinute: () => 40,
    errorRate: () => 0.01,
    sampler: () => everything,
    ...week,
  })) {
    outcome.detections.push(...advanceWindow(stream, state, window));
    outcome.marks.add(state.sampling.mark);
    const at = state.sampling.step?.atUnixMs ?? 0;
    outcome.steps += at > stepAtUnixMs ? 1 : 0;
    stepAtUnixMs = Math.max(stepAtUnixMs, at);
  }
  return outcome;
}

function head(share: number, weight: number): Sampler {
  return { keep: (_, random) => random < share, weight };
}

/** Keeps every error and every slow request, and a tenth of the others. */
function tail(mark: boolean): Sampler {
  return {
    keep: ({ isError, durationMs }, random) => isError || durationMs > 1500 || random < 0.1,
    weight: 1,
    tailSampled: mark,
  };
}

const changeAt = 3 * day + 600;

/** What samples until a minute, and what samples then. */
function from(minute: number, after: Sampler, before: Sampler = everything) {
  return (now: number): Sampler => (now >= minute ? after : before);
}

describe("a stream whose sampling changes", () => {
  it("is silent when it says so: 100 % to 10 % with a threshold, and back", () => {
    const down = run({ sampler: from(changeAt, head(0.1, 10)) });
    expect(down.detections).toEqual([]);
    expect(down.marks).toEqual(new Set(["", "weight_changed"]));
    expect(down.steps).toBe(0);
    const up = run({ sampler: from(changeAt, everything, head(0.1, 10)) });
    expect(up.detections).toEqual([]);
    expect(up.steps).toBe(0);
  });

  it("is silent and marked when it does not say so", () => {
    const { detections, steps } = run({ sampler: from(changeAt, head(0.1, 1)) });
    expect(detections).toEqual([]);
    expect(steps).toBe(1);
  });

  it("raises no finding when a sampler keeps ten times more without saying so", () => {
    const more = from(8 * day + 600, head(0.5, 1), head(0.05, 1));
    const { detections, steps } = run({ days: 10, sampler: more });
    expect(detections.map(({ location, strength }) => [location, strength])).toEqual([
      ["cost_per_hour", "weak"],
    ]);
    expect(steps).toBe(1);
  });

  it("is silent when it begins to keep errors and slow requests only, declared or not", () => {
    const declared = run({ sampler: from(changeAt, tail(true)) });
    expect(declared.detections).toEqual([]);
    expect(declared.marks).toEqual(new Set(["", "tail_sampled"]));
    const undeclared = run({ sampler: from(changeAt, tail(false)) });
    expect(undeclared.detections).toEqual([]);
    expect(undeclared.steps).toBe(1);
  });

  it("is marked when only errors are kept", () => {
    const errors: Sampler = { keep: ({ isError }) => isError, weight: 1 };
    const { detections, marks } = run({ sampler: () => errors, errorRate: () => 0.1 });
    expect(detections).toEqual([]);
    expect(marks).toEqual(new Set(["", "errors_only"]));
  });
});

describe("a true regression", () => {
  const worse = (minute: number) => (minute >= changeAt ? 0.08 : 0.01);

  it("is found under constant head sampling", () => {
    const { detections } = run({ sampler: () => head(0.1, 10), errorRate: worse });
    expect(detections.map(({ location }) => location)).toEqual(["error_rate"]);
    expect(detections[0]).toMatchObject({ strength: "strong" });
  });

  it("is found when it comes a while after the sampling changed", () => {
    const sampler = from(2 * day, head(0.1, 10));
    const slowness = (minute: number) => (minute >= changeAt ? 1.6 : 1);
    const { detections } = run({ days: 5, sampler, slowness });
    expect(new Set(detections.map(({ type }) => type))).toEqual(
      new Set(["performance_regression"]),
    );
  });

  it("is found when it drives most of the traffic away", () => {
    const { detections } = run({
      requestsPerMinute: (minute) => (minute >= changeAt ? 12 : 40),
      errorRate: (minute) => (minute >= changeAt ? 0.5 : 0.01),
    });
    expect(detections.map(({ type }) => type)).toContain("error_regression");
  });
});
