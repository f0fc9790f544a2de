/**
 * Runs asynchronous code one step at a time in an order that a seed decides: every `turn` is a
 * place where anything else may happen first. The same seed gives the same order.
 */
export interface Scheduler {
  /** Waits for its turn, at the earliest when `isReady`. */
  readonly turn: (isReady?: () => boolean) => Promise<void>;
  /** A whole number from 0 to `below - 1`. */
  readonly pick: (below: number) => number;
  /** Gives turns until nobody waits who is ready; `between` is called before each. */
  readonly run: (maxTurns: number, between?: () => void) => Promise<"quiet" | "busy">;
}

export function createScheduler(seed: number): Scheduler {
  const waiting: { readonly isReady: () => boolean; readonly go: () => void }[] = [];
  let state = seed >>> 0;

  /** mulberry32 */
  function random(): number {
    state = (state + 0x6d2b_79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  }

  function pick(below: number): number {
    return Math.floor(random() * below);
  }

  return {
    turn: (isReady = () => true) =>
      new Promise((resolve) => {
        waiting.push({ isReady, go: resolve });
      }),
    pick,
    async run(maxTurns, between = () => undefined) {
      for (let turns = 0; turns < maxTurns; turns += 1) {
        // What the last turn set going comes to its own next wait first.
        await new Promise((resolve) => setImmediate(resolve));
        between();
        const ready = waiting.filter(({ isReady }) => isReady());
        const next = ready[pick(ready.length)];
        if (next === undefined) {
          return "quiet";
        }
        waiting.splice(waiting.indexOf(next), 1);
        next.go();
      }
      return "busy";
    },
  };
}
