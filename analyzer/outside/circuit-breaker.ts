import type { Clock } from "../../core/clock.ts";

/** Leaves a service alone that fails again and again. */
export interface CircuitBreaker {
  /** Whether a request may be made now; one is let through to try after a rest. */
  allows(): boolean;
  succeeded(): void;
  failed(): void;
}

const failuresToOpen = 5;
const restMs = 30_000;

export function createCircuitBreaker(clock: Clock): CircuitBreaker {
  let failures = 0;
  let restUntil = 0;
  return {
    allows() {
      if (failures < failuresToOpen) {
        return true;
      }
      if (clock.now() < restUntil) {
        return false;
      }
      // Only this one tries; the others rest until it is known how it went.
      restUntil = clock.now() + restMs;
      return true;
    },
    succeeded() {
      failures = 0;
    },
    failed() {
      failures += 1;
      restUntil = clock.now() + restMs;
    },
  };
}
