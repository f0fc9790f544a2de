/** Runs one piece of work after the other. */
export interface Turns {
  /** When one fails, all that wait behind it fail too: they need the same, and have waited. */
  take<T>(work: () => Promise<T>): Promise<T>;
}

interface Waiting {
  readonly run: () => Promise<void>;
  readonly fail: (error: unknown) => void;
}

export function createTurns(): Turns {
  const waiting: Waiting[] = [];
  let isRunning = false;

  async function runAll(): Promise<void> {
    if (isRunning) {
      return;
    }
    isRunning = true;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      try {
        await next.run();
      } catch (error) {
        [next, ...waiting.splice(0)].forEach(({ fail }) => fail(error));
      }
    }
    isRunning = false;
  }

  return {
    take(work) {
      const { promise, resolve, reject } =
        Promise.withResolvers<Awaited<ReturnType<typeof work>>>();
      waiting.push({ run: async () => resolve(await work()), fail: reject });
      void runAll();
      return promise;
    },
  };
}
