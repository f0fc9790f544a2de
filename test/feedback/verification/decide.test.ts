import { decide, hasRegressed, type Measurement } from "../../../feedback/verification/decide.ts";
import type { PairedCell } from "../../../feedback/verification/e-process.ts";

const limits = { alpha: 0.05, maxDays: 14 };

const cells = (before: number, after: number, exposureAfter = 100): PairedCell[] =>
  Array.from({ length: 10 }, () => ({ before, after, exposureBefore: 100, exposureAfter }));

function measurement(changes: Partial<Measurement> = {}): Measurement {
  return {
    cells: cells(2, 0),
    attempts: { before: 20, after: 18 },
    countsSuccesses: true,
    baselineFindings: 20,
    baselineDays: Array.from({ length: 7 }, () => ({ count: 3, exposure: 100 })),
    control: [],
    detectorProblems: [],
    beforePeriod: { from: "2026-11-01T00:00:00.000Z", to: "2026-11-08T00:00:00.000Z" },
    afterPeriod: { from: "2026-11-08T00:00:00.000Z", to: "2026-11-11T00:00:00.000Z" },
    elapsedDays: 3,
    now: "2026-11-11T00:00:00.000Z",
    ...changes,
  };
}

describe("decide", () => {
  it.each([
    { name: "effective when the findings stop", changes: {}, state: "effective" },
    { name: "harmful when they multiply", changes: { cells: cells(2, 6) }, state: "harmful" },
    {
      name: "verifying while little is known",
      changes: { cells: cells(2, 2) },
      state: "verifying",
    },
    {
      name: "ineffective when after a week they did not even halve",
      changes: { cells: cells(6, 6), elapsedDays: 7 },
      state: "ineffective",
    },
    {
      name: "inconclusive when time is over",
      changes: { cells: cells(1, 1), elapsedDays: 14 },
      state: "inconclusive",
    },
    {
      name: "inconclusive with fewer than seven baseline findings",
      changes: { baselineFindings: 6 },
      state: "inconclusive",
    },
    {
      name: "held back by a dead detector",
      changes: { detectorProblems: ["Detector x missed its canary in 2 hours."] },
      state: "verifying",
    },
    {
      name: "inconclusive when a dead detector outlasts the time",
      changes: { detectorProblems: ["Detector x missed its canary."], elapsedDays: 14 },
      state: "inconclusive",
    },
    {
      name: "held back when exposure collapsed",
      changes: { cells: cells(2, 0, 40) },
      state: "verifying",
    },
    {
      name: "held back when the control fell as well",
      changes: { control: cells(3, 0) },
      state: "verifying",
    },
    { name: "verifying without any pair", changes: { cells: [] }, state: "verifying" },
  ])("is $name", ({ changes, state }) => {
    expect(decide(measurement(changes), limits).state).toBe(state);
  });

  it("reports numbers, time of the verdict and attempts beside the tested successes", () => {
    const { verification } = decide(measurement(), limits);
    expect(verification).toMatchObject({
      state: "effective",
      before: { findings: 20, exposure: 1000 },
      after: { findings: 0, exposure: 1000 },
      decidedAt: "2026-11-11T00:00:00.000Z",
      notes: ["Successes were tested; sessions with an attempt: 20 before, 18 after."],
    });
    expect(verification.evalue).toBeGreaterThan(20);
  });

  it("has no time of a verdict while it is open, and says what holds it", () => {
    const problem = "Detector x has no heartbeat in 3 hours.";
    const { verification } = decide(measurement({ detectorProblems: [problem] }), limits);
    expect(verification.decidedAt).toBeNull();
    expect(verification.notes).toContain(problem);
  });

  it("asks for more when the baseline came in campaigns", () => {
    const days = [0, 0, 20, 0, 0, 0, 0].map((count) => ({ count, exposure: 100 }));
    const { state, verification } = decide(measurement({ baselineDays: days }), limits);
    expect(state).toBe("verifying");
    expect(verification.notes.some((note) => note.startsWith("Counts vary"))).toBe(true);
  });
});

describe("hasRegressed", () => {
  const { verification } = decide(measurement(), limits);

  it("is true when the old rate is back", () => {
    expect(hasRegressed(cells(4, 8), verification, 0.05)).toBe(true);
  });

  it("is false while the rate stays low", () => {
    expect(hasRegressed(cells(4, 0), verification, 0.05)).toBe(false);
  });
});
