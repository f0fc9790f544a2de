/** Runs tasks one after the other, in the order they were given. */
export interface SerialQueue {
  run<T>(task: () => Promise<T>): Promise<T>;
  /** Resolves once every task given so far has ended. */
  idle(): Promise<void>;
  /** Tasks that wait or run. */
  size(): number;
}

export function createSerialQueue(): SerialQueue {
  let tail: Promise<unknown> = Promise.resolve();
  let size = 0;
  return {
    run(task) {
      size += 1;
      const result = tail.then(task);
      // The next task starts whatever became of this one; its caller gets the error.
      tail = result.then(leave, leave);
      return result;
    },
    async idle() {
      await tail;
    },
    size: () => size,
  };

  function leave(): void {
    size -= 1;
  }
}
