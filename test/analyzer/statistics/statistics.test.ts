import {
  addToMoments,
  createRunningMoments,
  meanDifference,
} from "../../../analyzer/statistics/confidence-sequence.ts";
import { bestEnergyCut } from "../../../analyzer/statistics/e-divisive.ts";
import {
  createOnlineDiscovery,
  rejectByEValue,
  rejectByPValue,
  rejectNext,
} from "../../../analyzer/statistics/false-discovery.ts";
import { rankShift } from "../../../analyzer/statistics/mann-whitney.ts";
import { momentsOf, pooledTTest } from "../../../analyzer/statistics/moments.ts";
import {
  advanceNeighbors,
  createNeighborRing,
} from "../../../analyzer/statistics/nearest-neighbor.ts";
import { packState, unpackState } from "../../../analyzer/statistics/pack-state.ts";
import { peltCuts } from "../../../analyzer/statistics/pelt.ts";
import {
  advanceShiftEProcess,
  createShiftEProcess,
} from "../../../analyzer/statistics/shift-e-process.ts";
import {
  createTailSurprise,
  observeSurprise,
  surpriseOf,
} from "../../../analyzer/statistics/tail-surprise.ts";
import { createRandom } from "../../../bench/random.ts";
import { gauss } from "../detectors/series/gauss.ts";

it("energy cut: equals the formula written out", () => {
  const values = [1, 4, 2, 9, 8, 11, 3];
  const energy = (x: number[], y: number[]) => {
    const [n, m] = [x.length, y.length];
    const across = x.flatMap((a) => y.map((b) => Math.abs(a - b))).reduce((s, d) => s + d, 0);
    const within = (z: number[]) =>
      z.flatMap((a, i) => z.slice(i + 1).map((b) => Math.abs(a - b))).reduce((s, d) => s + d, 0);
    const left = n < 2 ? 0 : (2 * m * within(x)) / ((n + m) * (n - 1));
    const right = m < 2 ? 0 : (2 * n * within(y)) / ((n + m) * (m - 1));
    return (2 * across) / (n + m) - left - right;
  };
  let best = Number.NEGATIVE_INFINITY;
  for (let at = 1; at < values.length; at++) {
    for (let to = at + 1; to <= values.length; to++) {
      best = Math.max(best, energy(values.slice(0, at), values.slice(at, to)));
    }
  }
  expect(bestEnergyCut(values, 0, values.length)?.energy).toBeCloseTo(best, 12);
  expect(bestEnergyCut([1], 0, 1)).toBeNull();
  expect(() => bestEnergyCut(values, 0, 5_000)).toThrow("expected at most 1000 values, got 5000");
});

it("PELT: finds the best cuts of all", () => {
  const random = createRandom(1);
  const values = Array.from({ length: 60 }, (_, i) => (i < 25 ? 0 : 6) + gauss(random));
  expect(peltCuts(values)).toEqual([25]);
  expect(peltCuts([])).toEqual([]);
  expect(peltCuts([5, 5, 5])).toEqual([]);
});

it("pooled t-test: constants are certain or nothing", () => {
  const [low, high] = [momentsOf([1, 1, 1], 0, 3), momentsOf([2, 2, 2], 0, 3)];
  expect(pooledTTest(low, high).pValue).toBe(0);
  expect(pooledTTest(low, low).pValue).toBe(1);
  expect(pooledTTest(momentsOf([1], 0, 1), momentsOf([2], 0, 1)).pValue).toBe(1);
});

it("Mann-Whitney: known values, ties and constants", () => {
  expect(rankShift([1, 2, 3], [4, 5, 6])).toEqual({
    pValue: expect.closeTo(0.0495, 4),
    shift: 3,
    from: 1,
    to: 5,
  });
  expect(rankShift([1, 1, 1], [1, 1, 1])).toMatchObject({ pValue: 1, shift: 0 });
  expect(() => rankShift([], [1])).toThrow(RangeError);
});

it("confidence sequence: the formula, and the limits of what can be said", () => {
  const [left, right] = [createRunningMoments(), createRunningMoments()];
  expect(meanDifference(left, right, { alpha: 0.05, tightestAt: 500 })).toBeNull();
  for (const value of [1, 3]) {
    addToMoments(left, value);
    addToMoments(right, value + 1);
  }
  const interval = meanDifference(left, right, { alpha: 0.05, tightestAt: 500 });
  const rho = 125 / (2 * Math.log(20) + Math.log(1 + 2 * Math.log(20)));
  const margin = Math.sqrt((0.5 + rho) * Math.log((0.5 + rho) / (rho * 0.0025))) / 0.5;
  expect(interval?.to).toBeCloseTo(1 + margin, 10);
});

it("false discoveries: Benjamini-Hochberg, e-BH and LORD++ on cases by hand", () => {
  expect(rejectByPValue([0.01, 0.9, 0.02, 0.031, 0.5], 0.05)).toEqual([
    true,
    false,
    true,
    false,
    false,
  ]);
  expect(rejectByPValue([], 0.05)).toEqual([]);
  // Two of four need e of at least 4 / (0.05 · 2) = 40.
  expect(rejectByEValue([50, 45, 2, 1].map(Math.log), 0.05)).toEqual([true, true, false, false]);
  expect(rejectByEValue([79, 2, 2, 1].map(Math.log), 0.05)).toEqual([false, false, false, false]);
  const online = createOnlineDiscovery();
  expect([0.5, 1e-6, 0.01, 0.5].map((p) => rejectNext(online, p, 0.05))).toEqual([
    false,
    true,
    true,
    false,
  ]);
});

it("shift e-process: passes 20 in at most 5 % of epochs of noise, finds a shift of one sigma", () => {
  const random = createRandom(4);
  let passed = 0;
  for (let run = 0; run < 400; run++) {
    const state = createShiftEProcess();
    let highest = 0;
    for (let cell = 0; cell < 128; cell++) {
      highest = Math.max(highest, advanceShiftEProcess(state, gauss(random)));
    }
    passed += highest >= Math.log(20) ? 1 : 0;
  }
  expect(passed).toBeLessThanOrEqual(20);
  const state = createShiftEProcess();
  const logs = Array.from({ length: 60 }, () => advanceShiftEProcess(state, 1, "up"));
  expect(logs.findIndex((log) => log >= Math.log(20))).toBeLessThan(25);
});

it("nearest neighbor: a ring that has wrapped forgets and stays exact", () => {
  const random = createRandom(5);
  const values = Array.from({ length: 120 }, () => Math.round(100 * random()));
  const ring = createNeighborRing(16);
  for (const [index, value] of values.entries()) {
    const known = values.slice(Math.max(0, index - 16), index);
    const last = values[index - 1] ?? 0;
    const distances = known
      .slice(1, -1)
      .map((after, at) => Math.abs(after - value) + Math.abs((known[at] ?? 0) - last));
    const expected = distances.length === 0 ? 0 : Math.min(...distances);
    expect([index, advanceNeighbors(ring, value)]).toEqual([index, expected]);
  }
});

it("surprise: is about -ln of the share that is as large, and goes on beyond the data", () => {
  const random = createRandom(6);
  const tail = createTailSurprise();
  for (let index = 0; index < 20_000; index++) {
    observeSurprise(tail, -Math.log(1 - random()));
  }
  for (const value of [0.5, 1, 2, 4, 7]) {
    expect(Math.abs(surpriseOf(tail, value, 100) - value)).toBeLessThan(0.2 + 0.1 * value);
  }
  expect(surpriseOf(tail, 20, 100)).toBeGreaterThan(14);
  expect(surpriseOf(createTailSurprise(), 5, 100)).toBe(0);
});

it("a packed state comes back to the bit, and a foreign one is refused", () => {
  const state = { a: Float32Array.from([1.5, Number.NaN]), b: Number.NaN, c: -Infinity, d: 0.1 };
  expect(unpackState(packState(state))).toEqual(state);
  expect(() => unpackState('{"$":"BigInt64Array","bytes":"AAAA"}')).toThrow(TypeError);
});
