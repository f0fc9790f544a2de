import { type BatchRange, parseBatchRange } from "./batch-range.ts";

/** The batches that this process works on, and how far it has brought each partition. */
export interface HeldBatches {
  /**
   * Takes a batch up, beside the one in hand; what else was held is not any more.
   *
   * @returns stands for the time from here until the batch is dropped.
   */
  add(batchId: string, inHand: string | null): Holding;
  has(batchId: string): boolean;
  /** Offset before which the records of the batch's partition are done with. */
  doneBefore(batchId: string): number;
  /**
   * Whether another process, or this one before a release, may have tried to store it: false
   * only for what follows directly on a batch that this process brought to its end, or still works on.
   */
  mayHaveBeenTried(batchId: string): boolean;
  done(batchId: string): void;
  released(batchId: string): void;
}

export interface Holding {
  /** The claim that this process made last while it held the batch; `null` if it made none. */
  claim: { readonly epoch: number; readonly atMs: number } | null;
}

export function createHeldBatches(): HeldBatches {
  const held = new Map<string, Holding>();
  const released = new Set<string>();
  /** By partition: the last offset that was committed here. */
  const doneTo = new Map<string, number>();

  function rangesOf(source: string): BatchRange[] {
    return [...held.keys()]
      .map(parseBatchRange)
      .filter((range) => range !== null)
      .filter((range) => range.source === source);
  }

  return {
    add(batchId, inHand) {
      for (const other of held.keys()) {
        if (other !== batchId && other !== inHand) {
          held.delete(other);
        }
      }
      const holding = held.get(batchId) ?? { claim: null };
      held.set(batchId, holding);
      released.delete(batchId);
      return holding;
    },
    has: (batchId) => held.has(batchId),
    doneBefore(batchId) {
      const range = parseBatchRange(batchId);
      return range === null
        ? 0
        : Math.min(range.from, ...rangesOf(range.source).map(({ from }) => from));
    },
    mayHaveBeenTried(batchId) {
      const range = parseBatchRange(batchId);
      if (range === null || released.has(batchId)) {
        return range !== null;
      }
      const before = range.from - 1;
      return (
        doneTo.get(range.source) !== before &&
        rangesOf(range.source).every(({ to }) => to !== before)
      );
    },
    done(batchId) {
      held.delete(batchId);
      released.delete(batchId);
      const range = parseBatchRange(batchId);
      if (range !== null) {
        doneTo.set(range.source, range.to);
      }
    },
    released(batchId) {
      held.delete(batchId);
      released.add(batchId);
    },
  };
}
