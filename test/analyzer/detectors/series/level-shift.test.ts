import {
  advanceLevelShift,
  createLevelShift,
  type LevelShift,
} from "../../../../analyzer/detectors/series/level-shift.ts";
import { createRandom } from "../../../../bench/random.ts";

const hour = 3_600_000;
const start = Date.UTC(2026, 10, 2);
const options = { minEffect: 0.1, warmupHours: 48, sigmaFloor: 0.02, blockMs: hour };
const day = 24 * 12;

interface Raised {
  readonly index: number;
  readonly shift: LevelShift;
}

/** One cell every five minutes; `factor` says what is wrong, `noise` is the half width. */
function run(cells: number, factor: (index: number) => number, noise = 0.1): Raised[] {
  const random = createRandom(7);
  const state = createLevelShift();
  const raised: Raised[] = [];
  for (let index = 0; index < cells; index++) {
    const fromUnixMs = start + index * 300_000;
    const daily = 1 + 0.3 * Math.sin((2 * Math.PI * index) / day);
    const value = Math.log(100 * daily * factor(index)) + noise * (2 * random() - 1);
    const cell = { fromUnixMs, toUnixMs: fromUnixMs + 300_000, value, support: 100 };
    const shift = advanceLevelShift(state, cell, options);
    if (shift !== null) {
      raised.push({ index, shift });
    }
  }
  return raised;
}

/** 1, then each factor from its index on. */
function steps(...list: readonly (readonly [from: number, factor: number])[]) {
  return (index: number) => list.findLast(([from]) => index >= from)?.[1] ?? 1;
}

describe("advanceLevelShift", () => {
  it("is silent on a daily cycle of 30 % with noise", () => {
    expect(run(10 * day, () => 1)).toEqual([]);
  });

  it("alarms once, at the sixth cell of a lasting +40 %, and knows when it began", () => {
    const onset = 5 * day + 100;
    const raised = run(6 * day, (index) => (index >= onset ? 1.4 : 1));
    expect(raised.map(({ index }) => index)).toEqual([onset + 5]);
    const shift = raised[0]?.shift;
    expect(shift?.effect).toBeCloseTo(0.4, 1);
    expect(shift?.effectFrom).toBeGreaterThan(0.1);
    expect(shift?.effectTo).toBeLessThan(0.8);
    const trueOnset = start + onset * 300_000;
    expect(shift?.onset.fromUnixMs).toBeGreaterThanOrEqual(trueOnset - 600_000);
    expect(shift?.onset.fromUnixMs).toBeLessThanOrEqual(trueOnset);
    expect(shift?.onset.toUnixMs).toBeGreaterThan(trueOnset);
  });

  it.each([
    { name: "a rise below the smallest effect", factor: (i: number) => (i >= 5 * day ? 1.04 : 1) },
    { name: "a fall", factor: (i: number) => (i >= 5 * day ? 0.5 : 1) },
    { name: "spikes of three cells", factor: (i: number) => (i % 100 < 3 ? 20 : 1) },
    {
      name: "anything in the first two days",
      factor: (i: number) => (i >= 200 && i < 300 ? 3 : 1),
    },
  ])("is silent on $name", ({ factor }) => {
    expect(run(8 * day, factor)).toEqual([]);
  });

  it("raises again only on escalation while the shift lasts", () => {
    const onset = 5 * day;
    const raised = run(6 * day, steps([onset, 1.5], [onset + 100, 3]));
    expect(raised.length).toBe(2);
    expect(raised[1]?.shift.effect).toBeGreaterThan(1);
  });

  it("takes a flapping shift for one within the refractory six hours", () => {
    const onset = 5 * day;
    const raised = run(6 * day, (i) => (i >= onset && i < onset + 70 && i % 30 < 15 ? 1.4 : 1));
    expect(raised.length).toBe(1);
  });

  it("raises a second onset once the first is over and rested", () => {
    const isBad = (i: number) => (i >= 5 * day && i < 5 * day + 20) || i >= 5 * day + 150;
    expect(run(6 * day, (i) => (isBad(i) ? 1.4 : 1)).length).toBe(2);
  });

  it("adopts a level that has lasted two days, and finds the next rise from there", () => {
    const factor = steps([5 * day, 1.5], [9 * day, 1.5 * 1.5]);
    const raised = run(10 * day, factor);
    expect(raised.length).toBe(2);
    expect(raised[1]?.index).toBe(9 * day + 4);
    expect(raised[1]?.shift.effect).toBeCloseTo(0.5, 1);
  });

  it("continues from JSON to the bit", () => {
    const state = createLevelShift();
    let copy = createLevelShift();
    const random = createRandom(3);
    for (let index = 0; index < 4 * day; index++) {
      const fromUnixMs = start + index * 300_000;
      const cell = { fromUnixMs, toUnixMs: fromUnixMs + 300_000, value: random(), support: 50 };
      advanceLevelShift(state, cell, options);
      copy = JSON.parse(JSON.stringify(copy)) as typeof copy;
      advanceLevelShift(copy, cell, options);
    }
    expect(copy).toEqual(state);
  });
});
