import {
  changeImpact,
  type SeriesPoint,
} from "../../../../analyzer/detectors/series/change-impact.ts";
import { changePoints } from "../../../../analyzer/detectors/series/change-points.ts";
import {
  otavaChangePoints,
  otavaDefaults,
} from "../../../../analyzer/detectors/series/otava-change-points.ts";
import { seasonalResiduals } from "../../../../analyzer/detectors/series/seasonal-residuals.ts";
import { createRandom } from "../../../../bench/random.ts";
import { gauss } from "./gauss.ts";

const minute = 60_000;
const at = Date.UTC(2026, 10, 20, 10);

function noisy(
  seed: number,
  levels: readonly (readonly [count: number, level: number])[],
): number[] {
  const random = createRandom(seed);
  return levels.flatMap(([count, level]) =>
    Array.from({ length: count }, () => level + gauss(random)),
  );
}

it("finds level changes at their place, with sign and size", () => {
  const found = changePoints(
    noisy(1, [
      [60, 20],
      [60, 26],
      [60, 18],
    ]),
  );
  expect(found.map(({ index }) => index)).toEqual([60, 120]);
  expect(found[0]?.effect).toBeCloseTo(0.3, 1);
  expect(found[1]?.effect).toBeCloseTo(-0.3, 1);
  expect(found.every(({ pValue }) => pValue < 1e-9)).toBe(true);
});

it.each([
  { name: "nothing", values: [] },
  { name: "one value", values: [3] },
  { name: "a constant", values: Array<number>(200).fill(7) },
  { name: "noise", values: noisy(2, [[300, 20]]) },
  {
    name: "a single spike",
    values: noisy(3, [
      [50, 20],
      [1, 90],
      [50, 20],
    ]),
  },
  {
    name: "a change of 3 %",
    values: noisy(4, [
      [100, 100],
      [100, 103],
    ]),
  },
])("finds no change in $name", ({ values }) => {
  expect(changePoints(values)).toEqual([]);
});

it("takes 6,000 values, huge ones too", () => {
  const values = noisy(5, [
    [3_600, 20],
    [2_400, 30],
  ]).map((value) => value * 1e300);
  const found = changePoints(values);
  expect(found.map(({ index }) => index)).toEqual([3_600]);
});

it("in compat mode a weaker p-value gives more points and a magnitude fewer", () => {
  const values = noisy(6, [
    [40, 20],
    [40, 21.5],
    [40, 30],
  ]);
  const few = otavaChangePoints(values, { ...otavaDefaults, minMagnitude: 0.2 });
  const more = otavaChangePoints(values, otavaDefaults);
  expect(few.map(({ index }) => index)).toEqual([80]);
  expect(more.map(({ index }) => index)).toEqual([40, 80]);
});

/** Five days of minutes with a daily rhythm, two hours past the change. */
function kpi(after: number, days = 4): SeriesPoint[] {
  const random = createRandom(7);
  const rows = days * 1_440 + 120;
  return Array.from({ length: rows }, (_, row) => {
    const timeUnixMs = at + (row - days * 1_440) * minute;
    const usual = 100 + 40 * Math.sin((timeUnixMs * Math.PI) / 43_200_000) + 2 * gauss(random);
    return { timeUnixMs, value: usual * (timeUnixMs >= at ? after : 1) };
  });
}

it.each([
  { name: "no change", factor: 1, better: undefined, verdict: "none" },
  { name: "a rise", factor: 1.25, better: undefined, verdict: "broke" },
  { name: "a fall", factor: 0.75, better: undefined, verdict: "broke" },
  { name: "a rise where higher is better", factor: 1.25, better: "higher", verdict: "improved" },
  { name: "a rise where lower is better", factor: 1.25, better: "lower", verdict: "broke" },
] as const)("impact: $name", ({ factor, better, verdict }) => {
  const impact = changeImpact(kpi(factor), {
    atUnixMs: at,
    windowMs: 7_200_000,
    ...(better && { better }),
  });
  expect(impact?.verdict).toBe(verdict);
  expect(impact?.effect).toBeCloseTo(factor - 1, 1);
  expect(impact?.pValue).toBeGreaterThan(0);
});

it("impact: does not depend on the order of the rows, nor on rows after the window", () => {
  const rows = kpi(1.25);
  const options = { atUnixMs: at, windowMs: 3_600_000 };
  const answer = changeImpact(rows, options);
  expect(changeImpact(rows.toReversed(), options)).toEqual(answer);
  expect(changeImpact(rows.slice(0, -60), options)).toEqual(answer);
});

it("impact: makes do with hours of history, and says so when there is too little", () => {
  const options = { atUnixMs: at, windowMs: 7_200_000 };
  const recent = kpi(1).filter(({ timeUnixMs }) => timeUnixMs > at - 40 * minute);
  const jumped = recent.map((row) => (row.timeUnixMs >= at ? { ...row, value: 500 } : row));
  expect(changeImpact(jumped, options)?.verdict).toBe("broke");
  expect(changeImpact(recent.slice(-125), options)).toBeNull();
  expect(changeImpact(kpi(1).slice(0, -120), options)).toBeNull();
});

it("a residual never sees its own or a later cell, even with one cell a day", () => {
  const values = Float64Array.from([1, 2, 3, 4, 5]);
  const residuals = seasonalResiduals(values, { perDay: 1, daysBack: 2 });
  const later = seasonalResiduals(
    values.map((value, cell) => (cell > 2 ? 99 : value)),
    {
      perDay: 1,
      daysBack: 2,
    },
  );
  expect([...later.subarray(0, 3)]).toEqual([...residuals.subarray(0, 3)]);
});
