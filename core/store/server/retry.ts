import { setTimeout as sleep } from "node:timers/promises";
import type { StoreError } from "../store-error.ts";
import { toServerError } from "./server-error.ts";

export interface RetryOptions {
  /** No try begins later than this after the first. */
  readonly patienceMs: number;
  /** Ends the waiting between two tries. */
  readonly signal: AbortSignal;
  /** Whether a repetition can neither do harm nor be in vain. */
  readonly mayRepeat: (error: StoreError) => boolean;
}

const firstWaitMs = 50;
const longestWaitMs = 2000;

/**
 * Repeats an attempt that failed, after waits that double and are spread at random, so that many
 * processes do not come back at once.
 *
 * @throws StoreError of the last attempt.
 */
export async function withRetries<T>(
  { patienceMs, signal, mayRepeat }: RetryOptions,
  attempt: () => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(longestWaitMs, waitMs * 2)) {
    try {
      return await attempt();
    } catch (cause) {
      const error = toServerError(cause);
      const pauseMs = waitMs * (0.5 + Math.random() / 2);
      if (!mayRepeat(error) || signal.aborted || performance.now() + pauseMs > deadline) {
        throw error;
      }
      // A stop while it waits: the error that it waited for says more than the stop.
      await sleep(pauseMs, undefined, { signal }).catch(() => {
        throw error;
      });
    }
  }
}
