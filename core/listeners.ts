/** Those who want to be called back with each new value. */
export interface Listeners<T> {
  /** Returns unsubscribe; the same function may be there twice. */
  subscribe(listener: (value: T) => void): () => void;
  notify(value: T): void;
}

export function createListeners<T>(): Listeners<T> {
  const entries = new Set<{ readonly listener: (value: T) => void }>();
  return {
    subscribe(listener) {
      const entry = { listener };
      entries.add(entry);
      return () => void entries.delete(entry);
    },
    notify(value) {
      for (const { listener } of entries) {
        listener(value);
      }
    },
  };
}
