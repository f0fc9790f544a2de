/** Lets one wait for what another part of this process notices. */
export interface Waiter {
  notify(): void;
  /** Resolves when it `isDone`, which is looked at after each notification, or after the time. */
  wait(timeoutMs: number, isDone: () => boolean): Promise<void>;
}

export function createWaiter(): Waiter {
  const listeners = new Set<() => void>();
  return {
    notify() {
      for (const listener of listeners) {
        listener();
      }
    },
    async wait(timeoutMs, isDone) {
      if (isDone()) {
        return;
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, timeoutMs);
      function look(): void {
        if (isDone()) {
          resolve();
        }
      }
      listeners.add(look);
      await promise;
      clearTimeout(timer);
      listeners.delete(look);
    },
  };
}
