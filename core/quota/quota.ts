import type { Clock } from "../clock.ts";
import type { Quotas, Rate } from "../config/quota-config.ts";
import { type BoundedMap, createBoundedMap } from "./bounded-map.ts";
import {
  type BucketRate,
  fullBucket,
  refill,
  secondsUntilPositive,
  type TokenBucket,
} from "./token-bucket.ts";

export interface QuotaVerdict {
  readonly allowed: boolean;
  /** When to come back; 0 if allowed. */
  readonly retryAfterSeconds: number;
}

/** How much each tenant may send. One tenant's use never touches another's. */
export interface Quota {
  /**
   * Takes the cost of a request, or refuses it and takes nothing. A tenant is let in while its
   * balance is above zero, and what it takes beyond it is debt: a request larger than the burst
   * passes once, and the pause after it is as long as its cost asks for. `take(tenant, 0, 0)`
   * asks whether a tenant is in debt.
   */
  take(tenant: string, bytes: number, records: number): QuotaVerdict;
  /** Takes a cost that became known after its request was let in. */
  charge(tenant: string, bytes: number, records: number): void;
}

/** Tenants whose balances are kept; what was idle longest starts again with a full balance. */
const maxTenants = 10_000;

const allowed: QuotaVerdict = { allowed: true, retryAfterSeconds: 0 };

export function createQuota(config: Quotas, clock: Clock): Quota {
  const bytesOf = createMeter(config, clock, (rate) => rate.bytesPerSecond);
  const recordsOf = createMeter(config, clock, (rate) => rate.recordsPerSecond);

  function charge(tenant: string, bytes: number, records: number): void {
    bytesOf.charge(tenant, bytes);
    recordsOf.charge(tenant, records);
  }

  return {
    charge,
    take(tenant, bytes, records) {
      const wait = Math.max(bytesOf.waitSeconds(tenant), recordsOf.waitSeconds(tenant));
      if (wait > 0) {
        return { allowed: false, retryAfterSeconds: wait };
      }
      charge(tenant, bytes, records);
      return allowed;
    },
  };
}

interface Meter {
  waitSeconds(tenant: string): number;
  charge(tenant: string, amount: number): void;
}

function createMeter(config: Quotas, clock: Clock, perSecondOf: (rate: Rate) => number): Meter {
  const buckets: BoundedMap<TokenBucket> = createBoundedMap(maxTenants);
  const tenants = new Map(Object.entries(config.tenants));

  function rateOf(tenant: string): BucketRate | null {
    const perSecond = perSecondOf(tenants.get(tenant) ?? config);
    return perSecond === 0 ? null : { perSecond, capacity: perSecond * config.burstSeconds };
  }

  function bucketOf(tenant: string, rate: BucketRate): TokenBucket {
    const bucket = buckets.get(tenant) ?? fullBucket(rate, clock.now());
    buckets.set(tenant, bucket);
    return bucket;
  }

  return {
    waitSeconds(tenant) {
      const rate = rateOf(tenant);
      if (rate === null) {
        return 0;
      }
      const bucket = bucketOf(tenant, rate);
      refill(bucket, rate, clock.now());
      return secondsUntilPositive(bucket, rate);
    },
    charge(tenant, amount) {
      const rate = rateOf(tenant);
      if (rate !== null) {
        bucketOf(tenant, rate).balance -= amount;
      }
    },
  };
}
