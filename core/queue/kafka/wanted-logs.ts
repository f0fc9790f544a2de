import { type BatchLimits, hasFetched, type PartitionLog } from "./partition-log.ts";

/** Batches of one partition, and of all together, that are fetched ahead. */
const batchesPerPartition = 2;
const batchesInAll = 8;

/**
 * Whether more of a partition is known to be there. Such partitions have requests of their own: a
 * broker answers the requests of a connection one after the other, and one for partitions without
 * records is held back until some come.
 */
export function isBehind({ nextFetch, highWatermark }: PartitionLog): boolean {
  return nextFetch < highWatermark;
}

/**
 * The partitions to fetch from: back-pressure is what is not asked for. A batch that is written
 * down is fetched whole, whatever else is in memory.
 */
export function wantedLogs(
  logs: readonly PartitionLog[],
  { batchMaxBytes }: BatchLimits,
): PartitionLog[] {
  const readable = logs.filter(({ fault }) => fault === null);
  const urgent = readable.filter((log) => log.plan !== null && !hasFetched(log, log.plan.to));
  const buffered = logs.reduce((sum, { bufferedBytes }) => sum + bufferedBytes, 0);
  if (buffered >= batchesInAll * batchMaxBytes) {
    return urgent;
  }
  const others = readable.filter(
    (log) => !urgent.includes(log) && log.bufferedBytes < batchesPerPartition * batchMaxBytes,
  );
  return [...urgent, ...others];
}
