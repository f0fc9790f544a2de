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

/** Sends a run of the shop and holds what is stored, and counted, against what must be. */
export async function checkShop(
  service: Service,
  run: ShopRun,
  send: () => Promise<ShopIds>,
): Promise<void> {
  const before = await settledCounts(service);
  const ids = await send();
  const isHere = (counts: Counts) => counts.metrics - before.metrics >= shopRecords.metrics;
  const after = await waitUntil("the shop's records", async () => {
    const counts = await settledCounts(service);
    return isHere(counts) && counts;
  });
  expect(after).toEqual({
    traces: before.traces + shopRecords.traces,
    logs: before.logs + shopRecords.logs,
    metrics: before.metrics + shopRecords.metrics,
  });
  expect(await storedSpans(service, run)).toEqual(expectedSpans(run, ids));
  expect(await storedLogs(service, run)).toEqual(expectedLogs(run, ids));
  expect(await storedGauges(service, run)).toEqual(expectedGauges());
  expect(await storedSums(service, run)).toEqual(expectedSums(run));
  expect(await storedHistograms(service, run)).toEqual(expectedHistograms(run));
  expect(await storedExponentials(service, run)).toEqual(expectedExponentials(run));
}
