import { createRandom as createUniform } from "../../bench/random.ts";

/** Draws of a seeded generator: the same seed tells the same story. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [0, below). */
  below(limit: number): number;
  pick<T>(items: readonly T[]): T;
  /** Exponentially distributed with the given mean. */
  exponential(mean: number): number;
  /** Lower-case hex of the given length. */
  hex(length: number): string;
}

export function createRandom(seed: number): Random {
  const next = createUniform(seed);
  function below(limit: number): number {
    return Math.floor(next() * limit);
  }
  return {
    next,
    below,
    pick<T>(items: readonly T[]): T {
      const item = items[below(items.length)];
      if (item === undefined) {
        throw new Error("expected at least one item to pick from");
      }
      return item;
    },
    exponential: (mean) => -mean * Math.log(1 - next()),
    hex: (length) => Array.from({ length }, () => below(16).toString(16)).join(""),
  };
}
