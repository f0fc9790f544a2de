import { createSteadyClock } from "../../core/steady-clock.ts";

function setUp() {
  const wall = { unixMs: 1_000_000, now: () => wall.unixMs };
  const passed = { ms: 0 };
  const steady = createSteadyClock(wall, () => passed.ms);
  const pass = (ms: number): void => {
    passed.ms += ms;
    wall.unixMs += ms;
  };
  return { steady, wall, pass };
}

it("is the wall clock while that goes on", () => {
  const { steady, pass } = setUp();
  pass(250);
  expect(steady.now()).toBe(1_000_250);
});

it("goes on at its own pace after a step back, and follows the wall once it is ahead", () => {
  const { steady, wall, pass } = setUp();
  wall.unixMs -= 500_000;
  expect(steady.now()).toBe(1_000_000);
  pass(10_000.5);
  expect(steady.now()).toBe(1_010_000);
  pass(0.5);
  expect(steady.now()).toBe(1_010_001);
  wall.unixMs += 600_000;
  expect(steady.now()).toBe(1_110_001);
});

it("waits out a step of less than a second", () => {
  const { steady, wall, pass } = setUp();
  wall.unixMs -= 600;
  pass(500);
  expect(steady.now()).toBe(1_000_000);
  pass(500);
  expect(steady.now()).toBe(1_000_400);
});
