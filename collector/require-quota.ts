import { HttpError } from "../core/http/http-error.ts";
import type { AccountedSignal } from "../core/model/telemetry.ts";
import type { Quota } from "../core/quota/quota.ts";
import type { Metrics } from "../core/telemetry/metrics.ts";

export interface QuotaDependencies {
  readonly quota: Quota;
  readonly metrics: Pick<Metrics, "count">;
}

/**
 * Lets a request in unless its tenant has used up its quota. It is asked before the body is
 * read; the cost is charged when it is known. What is refused here was not received: the sender
 * keeps it and sends it again, so it appears in the metric and not in the accounting.
 *
 * @throws HttpError `too_many_requests` with the time after which the tenant is let in again.
 */
export function requireQuota(
  { quota, metrics }: QuotaDependencies,
  tenant: string,
  signal: AccountedSignal,
): void {
  const { allowed, retryAfterSeconds } = quota.take(tenant, 0, 0);
  if (allowed) {
    return;
  }
  metrics.count("telltale.collector.throttled", 1, { signal });
  throw new HttpError(
    "too_many_requests",
    `this tenant sends more than its quota allows; send again in ${retryAfterSeconds} s`,
    { headers: { "retry-after": String(retryAfterSeconds) } },
  );
}
