import * as fc from "fast-check";
import type { Candidate } from "../../../analyzer/alarm/alarm-log.ts";
import { standingAlarms } from "../../../analyzer/alarm/release-alarms.ts";
import { alarmNats } from "../../../analyzer/detectors/series/cusum.ts";
import { createRandom } from "../../../bench/random.ts";
import { makeDetection } from "../../helpers/detection.ts";

const day = Date.UTC(2026, 10, 20);
const template = makeDetection();

function candidate(series: string, nats: number, timeUnixMs = day): Candidate {
  const detection = { ...template, timeUnixMs, series };
  return { detection, series, leadClass: "c", nats, growing: true, released: false };
}

function standing(candidates: readonly Candidate[], family: number): string[] {
  return standingAlarms(candidates, family)
    .map(({ series }) => series)
    .toSorted();
}

describe("standing alarms", () => {
  it("asks a lone alarm among many series for more evidence than among few", () => {
    const lone = [candidate("a", alarmNats + 0.5)];
    expect(standing(lone, 5)).toEqual(["a"]);
    expect(standing(lone, 100)).toEqual(["a"]);
    expect(standing(lone, 10_000)).toEqual([]);
    expect(standing([candidate("a", alarmNats + 5)], 10_000)).toEqual(["a"]);
  });

  it("lowers the bar when many series shift on the same day, and only then", () => {
    const many = Array.from({ length: 100 }, (_, index) => candidate(`s${index}`, alarmNats + 1));
    expect(standing(many, 10_000)).toHaveLength(100);
    const spread = many.map(({ series, nats }, index) =>
      candidate(series, nats, day - index * 86_400_000),
    );
    expect(standing(spread, 10_000)).toEqual([]);
  });

  it("releases each alarm once, in whatever order evidence comes", () => {
    const arbitrary = fc.array(fc.double({ min: 5, max: 31, noNaN: true }), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(arbitrary, fc.integer({ min: 1, max: 1000 }), (nats, family) => {
        const whole = nats.map((each, index) => candidate(`s${index}`, each));
        const expected = standing(whole, family);
        const growing: Candidate[] = [];
        const seen: string[] = [];
        for (const each of whole.toReversed()) {
          growing.push(each);
          for (const released of standingAlarms(growing, family)) {
            released.released = true;
            seen.push(released.series);
          }
        }
        expect(seen.toSorted()).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  it("keeps the share of false alarms below 5 % and finds what shifted", () => {
    const random = createRandom(7);
    let [falseOnes, found, wrongShare] = [0, 0, 0];
    const days = 60;
    for (let index = 0; index < days; index++) {
      // Under the null e^S / T has a mean of at most one: P(E >= x) = 1/x is the worst of these.
      const nulls = Array.from({ length: 1000 }, (_, each) =>
        candidate(`null${each}`, Math.log(2880 / random())),
      );
      const shifted = Array.from({ length: 50 }, (_, each) => candidate(`real${each}`, 22));
      const names = standing([...nulls, ...shifted], 1050);
      const wrong = names.filter((name) => name.startsWith("null")).length;
      falseOnes += wrong;
      found += names.length - wrong;
      wrongShare += names.length === 0 ? 0 : wrong / names.length / days;
    }
    expect(found).toBe(50 * days);
    expect(wrongShare).toBeLessThan(0.05);
    expect(falseOnes).toBeLessThan(0.05 * found);
  });
});
