import type { Signal } from "../../../core/model/telemetry.ts";
import type { AccountingRow } from "../../../core/queue/queue.ts";
import { waitUntil } from "../wait-until.ts";
import {
  expectedLogs,
  expectedSpans,
  type Service,
  type ShopIds,
  type ShopRun,
  shopRecords,
  storedLogs,
  storedSpans,
} from "./shop.ts";
import {
  expectedExponentials,
  expectedGauges,
  expectedHistograms,
  expectedSums,
  storedExponentials,
  storedGauges,
  storedHistograms,
  storedSums,
} from "./shop-metrics.ts";

export type Counts = Record<"traces" | "logs" | "metrics", number>;

/** What has been received and stored so far; waits until nothing is in flight. */
export async function settledCounts({ api }: Service): Promise<Counts> {
  const rows = await waitUntil("nothing to be in flight", async () => {
    const response = await fetch(`${api}/api/v1/accounting`);
    const { items } = (await response.json()) as { items: AccountingRow[] };
    return items.every(({ inFlight }) => inFlight === 0) && items;
  });
  const counts: Record<Signal | "changes", number> = { traces: 0, logs: 0, metrics: 0, changes: 0 };
  for (const { signal, received, stored, rejected, deadLettered } of rows) {
    // Everything that the clients send is new and valid: nothing else may become of it.
    expect({ signal, rejected, deadLettered, received }).toEqual({
      signal,
      rejected: {},
      deadLettered: 0,
      received: stored,
    });
    counts[signal] = stored;
  }
  const { traces, logs, metrics } = counts;
  return { traces, logs, metrics };
}

export interface ShopOutcome {
  readonly ids: ShopIds;
  /** What is stored of the run, and how many records the service has counted for it. */
  readonly stored: object;
  /** What must be. */
  readonly expected: object;
}

/** Sends a run of the shop, and waits until all of it is stored. */
export async function outcomeOf(
  service: Service,
  run: ShopRun,
  send: () => Promise<ShopIds>,
): Promise<ShopOutcome> {
  const before = await settledCounts(service);
  const ids = await send();
  const counts = await waitUntil("the shop's records", async () => {
    const now = await settledCounts(service);
    // Metrics are what the SDKs send last.
    const isHere = now.metrics - before.metrics >= shopRecords.metrics;
    return isHere && now;
  });
  return {
    ids,
    stored: {
      traces: counts.traces - before.traces,
      logs: counts.logs - before.logs,
      metrics: counts.metrics - before.metrics,
      spanRows: await storedSpans(service, run),
      logRows: await storedLogs(service, run),
      gauges: await storedGauges(service, run),
      sums: await storedSums(service, run),
      histograms: await storedHistograms(service, run),
      exponentials: await storedExponentials(service, run),
    },
    expected: {
      ...shopRecords,
      spanRows: expectedSpans(run, ids),
      logRows: expectedLogs(run, ids),
      gauges: expectedGauges(),
      sums: expectedSums(run),
      histograms: expectedHistograms(run),
      exponentials: expectedExponentials(run),
    },
  };
}
