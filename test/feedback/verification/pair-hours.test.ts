import * as fc from "fast-check";
import { hourMs, type PairingPlan, pairHours } from "../../../feedback/verification/pair-hours.ts";

const dayMs = 24 * hourMs;
const deployed = Date.parse("2026-11-10T10:20:00Z");

function plan(changes: Partial<PairingPlan> = {}): PairingPlan {
  return {
    afterFromUnixMs: deployed,
    afterToUnixMs: deployed + 14 * dayMs,
    beforeToUnixMs: deployed - 600_000,
    onsetUnixMs: deployed - 30 * dayMs,
    weeks: 2,
    ...changes,
  };
}

describe("pairHours", () => {
  it("pairs the first hour after with the same weekday hour a week before", () => {
    const [first] = pairHours(plan());
    expect(new Date(first?.afterUnixMs ?? 0).toISOString()).toBe("2026-11-10T11:00:00.000Z");
    expect(new Date(first?.beforeUnixMs ?? 0).toISOString()).toBe("2026-11-03T11:00:00.000Z");
  });

  it("has no pair whose baseline lies before the onset or in its hour", () => {
    const onset = Date.parse("2026-11-05T07:30:00Z");
    const pairs = pairHours(plan({ onsetUnixMs: onset }));
    const earliest = Math.min(...pairs.map(({ beforeUnixMs }) => beforeUnixMs));
    expect(new Date(earliest).toISOString()).toBe("2026-11-05T08:00:00.000Z");
  });

  it("uses no hour twice, keeps the weekday and the hour, and never mixes the sides", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 72 * 3600 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 40 }),
        (rollOutSeconds, weeks, days) => {
          const given = plan({
            beforeToUnixMs: deployed - rollOutSeconds * 1000,
            afterToUnixMs: deployed + days * dayMs,
            onsetUnixMs: deployed - 60 * dayMs,
            weeks,
          });
          const pairs = pairHours(given);
          expect(new Set(pairs.map(({ beforeUnixMs }) => beforeUnixMs)).size).toBe(pairs.length);
          for (const { beforeUnixMs, afterUnixMs } of pairs) {
            expect((afterUnixMs - beforeUnixMs) % (7 * dayMs)).toBe(0);
            expect(beforeUnixMs + hourMs).toBeLessThanOrEqual(given.beforeToUnixMs);
            expect(afterUnixMs).toBeGreaterThanOrEqual(given.afterFromUnixMs);
          }
        },
      ),
    );
  });
});
