import { type Departure, dayMs, detectOnAgent, startUnixMs } from "./agent-weeks.ts";

// A Tuesday noon.
const changeAt = startUnixMs + 4.5 * dayMs;
const hour = 3_600_000;

function detect(departure: Omit<Departure, "fromUnixMs">, fromUnixMs = changeAt, days = 0.5) {
  return detectOnAgent({
    seed: 3,
    days: (fromUnixMs - startUnixMs) / dayMs + days,
    requestsPerMinute: 12,
    departure: { fromUnixMs, ...departure },
  });
}

describe("followed metrics of an agent", () => {
  it.each([
    { requestsPerMinute: 8, seeds: [1], days: 12 },
    { requestsPerMinute: 2, seeds: [4, 5], days: 15 },
  ])("raise nothing in healthy weeks at $requestsPerMinute per minute", (weeks) => {
    const raised = weeks.seeds.flatMap((seed) => detectOnAgent({ ...weeks, seed }));
    expect(raised).toEqual([]);
  });

  it.each([
    ["tool_mix", { tools: [0.1, 0.3, 0.2, 0.4] }, /share of (run|search) [+-][23]\d points/],
    ["refusal_rate:chat", { refusals: 0.06 }, /^refusal rate of chat: .* expected, .* seen/],
    ["finish_reasons:chat", { refusals: 0.3 }, /share of (stop|content_filter) [+-]\d+ points/],
    [
      "output_length:model-a",
      { outputFactor: 0.5 },
      /-[45]\d % \(99 % interval -\d+ % to -\d+ %\)/,
    ],
    ["time_to_first_token:chat", { firstTokenFactor: 1.4 }, /time to first token of chat: /],
    ["evaluation_score:judge", { score: 0.6 }, /evaluation score of judge: 0\.7\d+ expected/],
  ] as const)("find a shift of %s, with its size and its onset", (target, departure, says) => {
    const detections = detect(departure).filter(({ targetClass }) => targetClass === target);
    const [first] = detections;
    expect(first?.excerpt).toMatch(says);
    expect(first?.excerpt).toMatch(/99 % interval .*expected false alarms/);
    expect(first?.strength).toBe("strong");
    expect((first?.timeUnixMs ?? 0) - changeAt).toBeLessThan(4 * hour);
    expect(first?.onset?.fromUnixMs).toBeLessThanOrEqual(changeAt + 15 * 60_000);
    expect(first?.onset?.toUnixMs).toBeGreaterThan(changeAt - 2 * hour);
  });

  it("observes that half of the requests are gone, and no more than that", () => {
    const detections = detect({ loadFactor: 0.3 }, changeAt + 8 * dayMs, 2);
    expect(detections.map(({ targetClass, strength }) => [targetClass, strength])).toContainEqual([
      "requests",
      "weak",
    ]);
    expect(detections.filter(({ type }) => type === "no_data")).toEqual([]);
  });

  it("tells silence once, from the windows around it", () => {
    const detections = detect({ silentUntilUnixMs: changeAt + 5 * hour });
    const silences = detections.filter(({ type }) => type === "no_data");
    expect(silences).toHaveLength(1);
    const [
      { timeUnixMs, onset, excerpt } = detections[0] ?? { timeUnixMs: 0, onset: null, excerpt: "" },
    ] = silences;
    expect(timeUnixMs - changeAt).toBeLessThanOrEqual(hour);
    expect(onset?.fromUnixMs).toBeLessThanOrEqual(changeAt);
    expect(onset?.toUnixMs).toBeGreaterThanOrEqual(changeAt);
    expect(excerpt).toMatch(/^no spans for \d+ minutes, \d+ expected/);
  });
});
