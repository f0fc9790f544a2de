/** What may still be taken; below zero is debt that time pays back. */
export interface TokenBucket {
  balance: number;
  /** Unix milliseconds. */
  updatedAtMs: number;
}

export interface BucketRate {
  readonly perSecond: number;
  /** The balance after a long pause. */
  readonly capacity: number;
}

export function fullBucket({ capacity }: BucketRate, nowMs: number): TokenBucket {
  return { balance: capacity, updatedAtMs: nowMs };
}

/**
 * Adds what has accrued since the last call: `balance + seconds × perSecond`, at most `capacity`.
 * A clock that was set back adds nothing and loses nothing.
 */
export function refill(bucket: TokenBucket, rate: BucketRate, nowMs: number): void {
  const seconds = Math.max(0, nowMs - bucket.updatedAtMs) / 1000;
  bucket.balance = Math.min(rate.capacity, bucket.balance + seconds * rate.perSecond);
  bucket.updatedAtMs = nowMs;
}

/** Whole seconds until the balance is above zero, after `refill`; 0 when it is now. */
export function secondsUntilPositive({ balance }: TokenBucket, { perSecond }: BucketRate): number {
  return balance > 0 ? 0 : Math.floor(-balance / perSecond) + 1;
}
