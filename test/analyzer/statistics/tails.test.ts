import {
  chiSquaredTail,
  fisherUpper,
  lnGamma,
  normalTail,
  poissonLower,
  poissonTail,
  studentTwoSided,
} from "../../../analyzer/statistics/tails.ts";

// Closed forms, the C library's erfc and lgamma, and jstat's tails of t and chi-squared.
it.each([
  { name: "normal, 1.96", got: normalTail(1.96), want: 0.024997895148220435 },
  { name: "normal, 5", got: normalTail(5), want: 2.866515718791946e-7 },
  { name: "normal, -1", got: normalTail(-1), want: 0.841344746068543 },
  { name: "normal, 20", got: normalTail(20), want: 2.7536241186063314e-89 },
  { name: "t, 6 with 30", got: studentTwoSided(6, 30), want: 2 * 6.9714e-7 },
  { name: "t, 1 with 1", got: studentTwoSided(1, 1), want: 0.5 },
  { name: "t, 12.7062 with 1", got: studentTwoSided(12.706204736432095, 1), want: 0.05 },
  { name: "chi-squared, 60 with 10", got: chiSquaredTail(60, 10), want: 3.6243e-9 },
  { name: "chi-squared, 2 ln 20 with 2", got: chiSquaredTail(2 * Math.log(20), 2), want: 0.05 },
  { name: "Poisson at least 1, mean 3", got: poissonTail(1, 3), want: 1 - Math.exp(-3) },
  { name: "Poisson at most 0, mean 30", got: poissonLower(0, 30), want: Math.exp(-30) },
  { name: "Fisher, tea", got: fisherUpper(3, 4, 4, 8), want: 17 / 70 },
  { name: "Fisher, all", got: fisherUpper(0, 4, 4, 8), want: 1 },
  { name: "ln gamma of 0.5", got: lnGamma(0.5), want: Math.log(Math.sqrt(Math.PI)) },
  { name: "ln gamma of 171", got: lnGamma(171), want: 706.5730622457874 },
])("$name", ({ got, want }) => {
  expect(Math.abs(got / want - 1)).toBeLessThan(
    want === 2 * 6.9714e-7 || want === 3.6243e-9 ? 2e-5 : 1e-9,
  );
});

it("answers 1 where there is nothing to test", () => {
  expect(studentTwoSided(Number.NaN, 10)).toBe(1);
  expect(studentTwoSided(3, 0)).toBe(1);
  expect(chiSquaredTail(0, 3)).toBe(1);
});
