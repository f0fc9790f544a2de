import { eProcess, type PairedCell } from "../../../feedback/verification/e-process.ts";

const cell = (before: number, after: number, exposureBefore = 100, exposureAfter = 100) =>
  ({ before, after, exposureBefore, exposureAfter }) satisfies PairedCell;

/** Small seeded generator (mulberry32), so that every run sees the same numbers. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function poisson(mean: number, random: () => number): number {
  const limit = Math.exp(-mean);
  let product = random();
  let count = 0;
  while (product > limit) {
    count++;
    product *= random();
  }
  return count;
}

const hours = 336;
const alpha = 0.05;

/** One run of 14 days with a daily cycle of ±80 %, looked at every 6 hours. */
function run(seed: number, ratio: number): { fell: boolean; rose: boolean } {
  const random = randomFrom(seed);
  let before = 0;
  let after = 0;
  let fell = false;
  let rose = false;
  for (let hour = 0; hour < hours; hour++) {
    const exposure = 100 * (1 + 0.8 * Math.sin((2 * Math.PI * hour) / 24));
    const mean = exposure * 0.005;
    before += poisson(mean, random);
    after += poisson(mean * ratio, random);
    if (hour % 6 === 5) {
      // Equal exposure in every cell: the sums are all that the likelihood needs.
      const values = eProcess([cell(before, after)]);
      fell ||= values.fell >= 1 / alpha;
      rose ||= values.rose >= 1 / alpha;
    }
  }
  return { fell, rose };
}

function shareOf(runs: number, ratio: number, what: "fell" | "rose"): number {
  const results = Array.from({ length: runs }, (_, seed) => run(seed + 1, ratio));
  return results.filter((result) => result[what]).length / runs;
}

describe("eProcess", () => {
  it("starts at one", () => {
    expect(eProcess([])).toEqual({ fell: 1, rose: 1 });
  });

  it.each([
    { before: 6, alpha: 0.05, decides: false },
    { before: 7, alpha: 0.05, decides: true },
    { before: 8, alpha: 0.01, decides: false },
    { before: 9, alpha: 0.01, decides: true },
  ])("$before findings before and none after at alpha $alpha: $decides", (example) => {
    const { fell } = eProcess([cell(example.before, 0)]);
    expect(fell >= 1 / example.alpha).toBe(example.decides);
  });

  it("is the closed form for none after at equal exposure", () => {
    // Mean over p in (0, 1/2) of (2(1 − p))^7 is (2^8 − 1)/8 = 31.875; the grid comes close.
    expect(eProcess([cell(7, 0)]).fell).toBeCloseTo(31.875, 1);
  });

  it("takes exposure into account", () => {
    expect(eProcess([cell(20, 10, 200, 100)]).fell).toBeLessThan(2);
    expect(eProcess([cell(20, 10, 100, 200)]).fell).toBeGreaterThan(100);
  });

  it("mirrors itself when before and after change places", () => {
    const there = eProcess([cell(12, 3, 50, 80)]);
    const back = eProcess([cell(3, 12, 80, 50)]);
    expect(there.fell).toBeCloseTo(back.rose, 6);
  });

  it("skips cells without exposure on a side", () => {
    expect(eProcess([cell(9, 0, 100, 0), cell(0, 5, 0, 100)])).toEqual({ fell: 1, rose: 1 });
  });

  it("stays finite for huge counts", () => {
    const { fell, rose } = eProcess([cell(1e6, 0)]);
    expect(Number.isFinite(fell)).toBe(true);
    expect(rose).toBeGreaterThanOrEqual(0);
  });

  it("gives the same for cells apart and added up", () => {
    const apart = eProcess([cell(3, 1, 10, 20), cell(4, 0, 5, 10), cell(0, 0, 7, 3)]);
    const together = eProcess([cell(7, 1, 100, 200)]);
    expect(apart.fell).toBeCloseTo(together.fell, 9);
    expect(apart.rose).toBeCloseTo(together.rose, 9);
  });

  it("is weakened by a divisor", () => {
    expect(eProcess([cell(20, 2)], 1, 3).fell).toBeLessThan(eProcess([cell(20, 2)]).fell);
  });

  it("says falsely that the rate fell or rose in at most alpha of runs under peeking", () => {
    expect(shareOf(400, 1, "fell")).toBeLessThanOrEqual(alpha);
    expect(shareOf(400, 1, "rose")).toBeLessThanOrEqual(alpha);
  });

  it("sees a rate that halved in nearly every run", () => {
    expect(shareOf(100, 0.5, "fell")).toBeGreaterThan(0.95);
  });
});
