import { detectOn } from "../../../../bench/series.ts";

// A Friday: the first days seen are a weekend, the least helpful start.
const startUnixMs = Date.UTC(2026, 9, 30);

describe("series detectors on noisy but healthy weeks, at shipped defaults", () => {
  it.each([
    { requestsPerMinute: 40, seeds: [1], days: 14 },
    { requestsPerMinute: 10, seeds: [3, 4, 5], days: 14 },
    { requestsPerMinute: 2, seeds: [8, 9, 10, 11, 12], days: 21 },
  ])(
    "raise nothing at $requestsPerMinute requests per minute",
    ({ requestsPerMinute, seeds, days }) => {
      // 23 service-weeks of ten series each in all.
      const raised = seeds.flatMap((seed) =>
        detectOn({ seed, startUnixMs, days, requestsPerMinute }),
      );
      expect(raised).toEqual([]);
    },
    120_000,
  );
});
