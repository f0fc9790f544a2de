import type { RecordLimits } from "./limits.ts";

const greatestUint64 = 2n ** 64n - 1n;

/**
 * The accepted event times, compared exactly without making a bigint per record: a nanosecond
 * time is two 32-bit halves in the body.
 */
export class TimeRange {
  private readonly oldest: bigint;
  private readonly newest: bigint;
  private readonly oldestLow: number;
  private readonly oldestHigh: number;
  private readonly newestLow: number;
  private readonly newestHigh: number;

  constructor({ oldestUnixNano, newestUnixNano }: RecordLimits) {
    this.oldest = clamp(oldestUnixNano);
    this.newest = clamp(newestUnixNano);
    this.oldestLow = Number(this.oldest & 0xffff_ffffn);
    this.oldestHigh = Number(this.oldest >> 32n);
    this.newestLow = Number(this.newest & 0xffff_ffffn);
    this.newestHigh = Number(this.newest >> 32n);
  }

  has(unixNano: bigint): boolean {
    return unixNano >= this.oldest && unixNano <= this.newest;
  }

  /** The same for the little-endian fixed64 at `offset`; -1 is an absent field, hence 0. */
  hasAt(view: DataView, offset: number): boolean {
    if (offset < 0) {
      return this.has(0n);
    }
    const low = view.getUint32(offset, true);
    const high = view.getUint32(offset + 4, true);
    return (
      (high > this.oldestHigh || (high === this.oldestHigh && low >= this.oldestLow)) &&
      (high < this.newestHigh || (high === this.newestHigh && low <= this.newestLow))
    );
  }
}

function clamp(unixNano: bigint): bigint {
  if (unixNano < 0n) {
    return 0n;
  }
  return unixNano > greatestUint64 ? greatestUint64 : unixNano;
}
