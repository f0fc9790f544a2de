import type { PartitionLag } from "./lag.ts";

/** Estimates how long requests have been waiting from where the partitions ended earlier. */
export interface LagAges {
  /** What was seen of all partitions in a look that began at this time. */
  note(asOfUnixMs: number, lags: readonly PartitionLag[]): void;
  /**
   * Everything received before this moment is stored: the last look before which nothing waits;
   * at least the first look of all. `null` before that.
   */
  oldestUnixMs(): number | null;
}

interface Look {
  readonly asOfUnixMs: number;
  readonly ends: ReadonlyMap<string, number>;
}

const keptLooks = 512;

export function createLagAges(): LagAges {
  let looks: Look[] = [];
  let oldest: number | null = null;

  /** The latest look at whose time the partition had no more than is stored by now. */
  function storedUntil({ topic, partition, committed }: PartitionLag): number {
    const key = `${topic}/${partition}`;
    const look = looks.findLast(({ ends }) => (ends.get(key) ?? 0) <= committed);
    return (look ?? looks[0])?.asOfUnixMs ?? 0;
  }

  return {
    note(asOfUnixMs, lags) {
      const ends = new Map(lags.map(({ topic, partition, end }) => [`${topic}/${partition}`, end]));
      looks.push({ asOfUnixMs, ends });
      if (looks.length > keptLooks) {
        // Of a long past every second look is enough.
        looks = looks.filter((_, index) => index % 2 === 0 || index > keptLooks / 2);
      }
      oldest = Math.min(asOfUnixMs, ...lags.map(storedUntil));
    },
    oldestUnixMs: () => oldest,
  };
}
