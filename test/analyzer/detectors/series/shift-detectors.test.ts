import {
  advanceAdwin,
  adwinMean,
  createAdwin,
} from "../../../../analyzer/detectors/series/adwin.ts";
import {
  advanceMeanCusum,
  createMeanCusum,
} from "../../../../analyzer/detectors/series/mean-cusum.ts";
import { advanceNoData, createNoData } from "../../../../analyzer/detectors/series/no-data.ts";
import {
  advancePageHinkley,
  createPageHinkley,
} from "../../../../analyzer/detectors/series/page-hinkley.ts";
import {
  advanceRateCusum,
  createRateCusum,
} from "../../../../analyzer/detectors/series/rate-cusum.ts";
import { createRandom } from "../../../../bench/random.ts";
import { gauss } from "./gauss.ts";

/** Index of the first value of normal noise, raised from an index on, at which a detector fires. */
function firstAlarm(
  seed: number,
  { from, by }: { readonly from: number; readonly by: number },
  advance: (value: number) => boolean,
): number {
  const random = createRandom(seed);
  for (let index = 0; index < from + 500; index++) {
    if (advance(gauss(random) + (index >= from ? by : 0))) {
      return index;
    }
  }
  return -1;
}

it("CUSUM tells a shift of one sigma, its direction and about when it began", () => {
  const state = createMeanCusum();
  let alarm: ReturnType<typeof advanceMeanCusum> = null;
  const index = firstAlarm(2, { from: 500, by: 1 }, (value) => {
    alarm = advanceMeanCusum(state, value);
    return alarm !== null;
  });
  expect([index, alarm]).toEqual([508, { direction: "up", values: 14 }]);
  expect(state).toEqual(createMeanCusum());
});

it("Page-Hinkley tells a rise of two sigma", () => {
  const state = createPageHinkley();
  expect(firstAlarm(4, { from: 1_000, by: 2 }, (value) => advancePageHinkley(state, value))).toBe(
    1_015,
  );
});

it("ADWIN tells a shift of one sigma, forgets what was before, and stays small", () => {
  const state = createAdwin();
  expect(firstAlarm(5, { from: 1_000, by: 1 }, (value) => advanceAdwin(state, value))).toBe(1_023);
  const random = createRandom(6);
  for (let index = 0; index < 5_000; index++) {
    advanceAdwin(state, gauss(random) + 1);
  }
  expect(adwinMean(state)).toBeCloseTo(1, 1);
  expect(JSON.stringify(state).length).toBeLessThan(4_096);
});

it("ADWIN does not fire on 20,000 values of noise", () => {
  const random = createRandom(5);
  const state = createAdwin();
  let fired = 0;
  for (let index = 0; index < 20_000; index++) {
    fired += advanceAdwin(state, gauss(random)) ? 1 : 0;
  }
  expect(fired).toBe(0);
});

it("the binomial CUSUM tells an error rate that trebled within 14 cells of 50", () => {
  const random = createRandom(3);
  const state = createRateCusum();
  let fired = -1;
  for (let cell = 0; cell < 700 && fired < 0; cell++) {
    const rate = cell >= 500 ? 0.06 : 0.02;
    const failures = Array.from({ length: 50 }, random).filter((draw) => draw < rate).length;
    const options = { baseline: 0.02, expectedRunLength: 43_200 };
    fired = advanceRateCusum(state, { failures, count: 50 }, options) ? cell : -1;
  }
  expect(fired).toBe(513);
});

it("no_data tells a silence by day within minutes, once, and no silent night", () => {
  const random = createRandom(6);
  const state = createNoData();
  const alarms: number[] = [];
  for (let cell = 0; cell < 5_000; cell++) {
    const isNight = (cell / 60) % 24 < 6;
    const draws = Array.from({ length: 20 }, random).filter((draw) => draw < 0.2).length;
    const count = isNight || cell >= 4_000 ? 0 : draws;
    if (advanceNoData(state, cell * 60_000, count)) {
      alarms.push(cell);
    }
  }
  expect(alarms).toEqual([4_004]);
});
