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

describe("series detectors after a shift", () => {
  const fromUnixMs = startUnixMs + 11 * 86_400_000 + 10 * 3_600_000;

  it.each([
    { name: "errors of 5 %", shift: { errorRate: 0.05 }, series: "error_rate:server", minutes: 90 },
    { name: "latency +40 %", shift: { latencyFactor: 1.4 }, series: "latency:chat", minutes: 180 },
    {
      name: "cost +60 %",
      shift: { costFactor: 1.6 },
      series: "cost_per_call:model-a",
      minutes: 60,
    },
  ])(
    "find $name, and say when it began",
    ({ shift, series, minutes }) => {
      const raised = detectOn({
        seed: 20,
        startUnixMs,
        days: 12,
        requestsPerMinute: 10,
        shift: { fromUnixMs, ...shift },
      });
      const [first] = raised.filter((entry) => entry.series === series);
      expect(raised.filter(({ timeUnixMs }) => timeUnixMs < fromUnixMs)).toEqual([]);
      expect(first?.timeUnixMs).toBeLessThan(fromUnixMs + minutes * 60_000);
      // The interval may start earlier: an hour of chance before the shift belongs to it.
      expect(first?.alarm.onset.fromUnixMs).toBeLessThanOrEqual(fromUnixMs + 10 * 60_000);
      expect(first?.alarm.onset.toUnixMs).toBeGreaterThanOrEqual(fromUnixMs);
    },
    60_000,
  );
});
