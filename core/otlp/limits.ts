/** What one record may be; the collector fills it from the configuration and the clock. */
export interface RecordLimits {
  /** Inclusive. */
  readonly oldestUnixNano: bigint;
  /** Inclusive. */
  readonly newestUnixNano: bigint;
  /** Greatest number of AnyValue levels in one attribute or body, at most `maxValueDepth`. */
  readonly maxDepth: number;
}

/** AnyValue levels beyond which nothing is ever decoded: it bounds the recursion. */
export const maxValueDepth = 100;

/**
 * Objects (records, events, links, exemplars, quantiles, arrays, maps, byte strings) that one
 * protobuf request may make. Two bytes on the wire can cost a hundred in memory, so the size
 * limit of a body does not bound the memory it takes.
 */
export const maxObjectsPerRequest = 2_000_000;
