import type { Clock } from "./clock.ts";

/** Steps back by less are waited out: two clocks never run at quite the same pace. */
const waitedOutMs = 1000;

/**
 * The wall clock without its steps back: while the wall shows less than was told before, time
 * goes on at its own pace. Waiting times and revisions are measured with it, so that a clock set
 * back by a month does not stop them for a month.
 *
 * @param elapsedMs a count of milliseconds that nobody can set
 */
export function createSteadyClock(
  wall: Clock,
  elapsedMs: () => number = () => performance.now(),
): Clock {
  let told = wall.now();
  let toldAtMs = elapsedMs();
  return {
    now() {
      const wallNow = wall.now();
      const atMs = elapsedMs();
      if (told - wallNow > waitedOutMs) {
        told += atMs - toldAtMs;
      }
      told = Math.max(told, wallNow);
      toldAtMs = atMs;
      return Math.floor(told);
    },
  };
}
