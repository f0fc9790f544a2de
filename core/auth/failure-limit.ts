import type { Clock } from "../clock.ts";
import { createBoundedMap } from "../quota/bounded-map.ts";
import {
  type BucketRate,
  fullBucket,
  refill,
  secondsUntilPositive,
} from "../quota/token-bucket.ts";
import { networkOf } from "./network-of.ts";

/**
 * Slows down guessing: an address that showed too many wrong credentials is not heard for a
 * while. A credential that already worked from there goes on working, or one wrong sender behind
 * a shared proxy would shut out all others.
 */
export interface FailureLimit {
  /** Seconds this address must wait before this credential is looked at; 0: not at all. */
  waitSeconds(address: string, digest: Buffer): number;
  succeeded(address: string, digest: Buffer): void;
  /** Says whether to log it: once a minute for each address. */
  failed(address: string, digest: Buffer): boolean;
}

/** Addresses, and working credentials, that are remembered: a few megabytes at most. */
const maxRemembered = 10_000;

const minuteMs = 60_000;

export function createFailureLimit(maxPerMinute: number, clock: Clock): FailureLimit {
  const rate: BucketRate = { perSecond: maxPerMinute / 60, capacity: maxPerMinute };
  const failures = createBoundedMap<Failures>(maxRemembered);
  const working = createBoundedMap<true>(maxRemembered);
  return {
    waitSeconds(address, digest) {
      const network = networkOf(address);
      const known = failures.get(network);
      if (known === undefined || working.get(pairOf(network, digest)) !== undefined) {
        return 0;
      }
      refill(known.bucket, rate, clock.now());
      return secondsUntilPositive(known.bucket, rate);
    },
    succeeded(address, digest) {
      working.set(pairOf(networkOf(address), digest), true);
    },
    failed(address, digest) {
      const now = clock.now();
      const network = networkOf(address);
      working.delete(pairOf(network, digest));
      const known = failures.get(network) ?? { bucket: fullBucket(rate, now), loggedAtMs: null };
      refill(known.bucket, rate, now);
      known.bucket.balance -= 1;
      const isLogged = known.loggedAtMs === null || now - known.loggedAtMs >= minuteMs;
      failures.set(network, { ...known, loggedAtMs: isLogged ? now : known.loggedAtMs });
      return isLogged;
    },
  };
}

interface Failures {
  readonly bucket: ReturnType<typeof fullBucket>;
  readonly loggedAtMs: number | null;
}

function pairOf(network: string, digest: Buffer): string {
  return `${network} ${digest.toString("base64")}`;
}
