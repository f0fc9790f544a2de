import type { Clock } from "../../core/clock.ts";

/** A clock that moves only when told to. */
export interface FixedClock extends Clock {
  advance(milliseconds: number): void;
}

export function createFixedClock(time: string): FixedClock {
  let now = Date.parse(time);
  return {
    now: () => now,
    advance(milliseconds) {
      now += milliseconds;
    },
  };
}
