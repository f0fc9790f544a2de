import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/log.ts";
import { StoreError } from "../../core/store/store-error.ts";
import type { FindingAttributor } from "./finding-attributor.ts";
import type { FindingStatusWriter } from "./finding-status.ts";
import type { FindingStores } from "./finding-stores.ts";
import type { PendingFingerprints, Touched } from "./pending-fingerprints.ts";
import { refreshFindings } from "./refresh-findings.ts";

/** Brings the findings of pending fingerprints up to date. */
export interface FindingRefresher {
  /** @throws StoreError when the store fails; what was not refreshed stays pending. */
  refreshDue(): Promise<void>;
}

/** ClickHouse's code for a query that would take more memory than it may. */
const memoryLimitExceeded = "241";
const tooLargePauseMs = 600_000;

export function createFindingRefresher(dependencies: {
  readonly stores: FindingStores;
  readonly statuses: FindingStatusWriter;
  readonly attributor: FindingAttributor;
  readonly pending: PendingFingerprints;
  readonly clock: Clock;
  readonly logger: Logger;
}): FindingRefresher {
  const { stores, statuses, attributor, pending, clock, logger } = dependencies;

  async function refresh(tenant: string, touched: readonly Touched[]): Promise<void> {
    const refreshed = await refreshFindings({ stores, statuses }, tenant, touched);
    const rows = await attributor.attributeRefreshed(refreshed);
    if (rows.length > 0) {
      await stores.writes.insert("findings", rows);
    }
    const byFingerprint = Map.groupBy(rows, (row) => row.Fingerprint);
    for (const each of touched) {
      const own = byFingerprint.get(each.fingerprint) ?? [];
      const occurrences = own.reduce((sum, row) => sum + row.Occurrences, 0);
      pending.done(each, occurrences, clock.now());
    }
    logger.debug({ tenant, fingerprints: touched.length, findings: rows.length }, "Refreshed");
  }

  /** One flooded fingerprint must not stop the others, nor the batch that brought it. */
  async function refreshApart(tenant: string, touched: readonly Touched[]): Promise<void> {
    try {
      await refresh(tenant, touched);
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== memoryLimitExceeded) {
        throw error;
      }
      const [first] = touched;
      if (touched.length > 1) {
        const middle = Math.ceil(touched.length / 2);
        await refreshApart(tenant, touched.slice(0, middle));
        await refreshApart(tenant, touched.slice(middle));
      } else if (first !== undefined) {
        pending.postpone(first, clock.now() + tooLargePauseMs);
        logger.error({ err: error, tenant }, "Finding is too large to refresh; it is retried");
      }
    }
  }

  return {
    async refreshDue() {
      for (const [tenant, touched] of pending.due(clock.now())) {
        await refreshApart(tenant, touched);
      }
    },
  };
}
