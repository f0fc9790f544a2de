import { enforceMaxDisk } from "../../../core/store/enforce-max-disk.ts";
import { seedStore } from "../../helpers/seed-store.ts";
import { spanRow } from "../../helpers/span-row.ts";
import type { StoreUnderTest } from "./store-contract.ts";

/** How the store keeps within its disk, wherever it is. */
export function describeMaxDisk(open: () => Promise<StoreUnderTest>): void {
  let store: StoreUnderTest;

  beforeAll(async () => {
    store = await open();
    await seedStore(store.writes, "default");
    const days = ["2026-11-17", "2026-11-18", "2026-11-19"];
    for (const day of days) {
      await store.writes.insert("otel_traces", [spanRow({ Timestamp: `${day} 01:00:00` })]);
    }
  });

  afterAll(() => store.close());

  async function size(): Promise<number> {
    const [row] = await store.reads.query<{ bytes: number }>(
      "SELECT sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND database = 'telltale'",
    );
    return row?.bytes ?? 0;
  }

  async function count(table: string): Promise<number> {
    const [row] = await store.reads.query<{ rows: number }>(`SELECT count() AS rows FROM ${table}`);
    return row?.rows ?? -1;
  }

  it("drops nothing below the limit", async () => {
    expect(await enforceMaxDisk(store.writes, 1e12)).toEqual([]);
  });

  it("drops the oldest days first, and only as many as it takes", async () => {
    const dropped = await enforceMaxDisk(store.writes, (await size()) - 1);
    expect(dropped).toEqual([
      {
        table: "otel_traces",
        day: "2026-11-17",
        rows: 1,
        bytes: expect.any(Number),
        tenants: [{ tenant: "default", rows: 1 }],
      },
    ]);
    expect(await count("otel_traces")).toBe(242);
  });

  it("drops metrics and logs like spans, and what is derived from them last", async () => {
    await store.writes.insert("otel_metrics_gauge", [
      { Tenant: "acme", MetricName: "m", TimeUnix: "2026-11-16 01:00:00", Value: 1 },
    ]);
    const kept = ["findings", "detections", "changes", "proposals", "finding_status"];
    const before = await Promise.all(kept.map(count));
    const dropped = await enforceMaxDisk(store.writes, 0);
    const raw = [
      "2026-11-16 otel_metrics_gauge",
      "2026-11-18 otel_traces",
      "2026-11-19 otel_traces",
      "2026-11-20 otel_logs",
      "2026-11-20 otel_traces",
    ];
    const names = dropped.map(({ table, day }) => `${day} ${table}`);
    expect(names.slice(0, raw.length)).toEqual(raw);
    const derived = ["otel_traces_trace_id_ts", "series_values", "span_identity"];
    expect([...new Set(dropped.slice(raw.length).map(({ table }) => table))].toSorted()).toEqual([
      ...derived,
      "windows_1h",
      "windows_1m",
    ]);
    for (const table of ["otel_traces", "otel_logs", "otel_metrics_gauge", ...derived]) {
      expect([table, await count(table)]).toEqual([table, 0]);
    }
    expect(await Promise.all(kept.map(count))).toEqual(before);
  });

  it("leaves views that go on", async () => {
    await store.writes.insert("otel_traces", [spanRow({ SpanId: "aaaaaaaaaaaaaaaa" })]);
    expect([await count("span_identity"), await count("windows_1m")]).toEqual([1, 1]);
  });
}
