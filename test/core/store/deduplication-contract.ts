import * as fc from "fast-check";
import { createSpanBlock } from "../../../analyzer/ingest/span-block.ts";
import { findStoredSpans, spanIdentityKey } from "../../../core/store/find-stored-spans.ts";
import type { OpenedStore } from "../../../core/store/open-store.ts";
import { plainSpan } from "../../helpers/plain-span.ts";
import { spanRow } from "../../helpers/span-row.ts";

export type StoreUnderTest = Pick<OpenedStore, "reads" | "writes" | "close">;

/** What an insert token promises, wherever the store is. */
export function describeDeduplication(open: () => Promise<StoreUnderTest>): void {
  let store: StoreUnderTest;

  beforeAll(async () => {
    store = await open();
    await store.writes.command(`
    CREATE TABLE minute_counts (Tenant String, Minute DateTime, Spans UInt64)
    ENGINE = SummingMergeTree ORDER BY (Tenant, Minute)
    SETTINGS non_replicated_deduplication_window = 10000`);
    await store.writes.command(`
    CREATE MATERIALIZED VIEW minute_counts_mv TO minute_counts AS
    SELECT Tenant, toStartOfMinute(toDateTime(Timestamp)) AS Minute, count() AS Spans
    FROM otel_traces GROUP BY Tenant, Minute`);
  });

  afterAll(() => store.close());

  const hex = (value: number, length: number) => value.toString(16).padStart(length, "0");

  function spans(from: number, count: number, batchId: string, tenant: string): object[] {
    return Array.from({ length: count }, (_, index) =>
      spanRow({
        Tenant: tenant,
        TraceId: hex(Math.floor((from + index) / 10), 32),
        SpanId: hex(from + index, 16),
        Timestamp: `2026-11-20 10:${String((from + index) % 60).padStart(2, "0")}:00`,
        BatchId: batchId,
      }),
    );
  }

  async function counts(tenant: string): Promise<{ raw: number; view: number; ids: number }> {
    const [row] = await store.reads.query<{ raw: number; view: number; ids: number }>(
      `SELECT
      (SELECT count() FROM otel_traces WHERE Tenant = {tenant: String}) AS raw,
      (SELECT sum(Spans) FROM minute_counts WHERE Tenant = {tenant: String}) AS view,
      (SELECT count() FROM span_identity WHERE Tenant = {tenant: String}) AS ids`,
      { tenant },
    );
    return row ?? { raw: -1, view: -1, ids: -1 };
  }

  describe("an insert with a token", () => {
    it("is stored once, in the raw table and through every view, when it comes twice", async () => {
      const rows = spans(0, 100, "twice", "token");
      await store.writes.insert("otel_traces", rows, { token: "twice" });
      await store.writes.insert("otel_traces", rows, { token: "twice" });
      expect(await counts("token")).toEqual({ raw: 100, view: 100, ids: 100 });
    });

    it("does not swallow an insert of the same rows under another token", async () => {
      const rows = spans(0, 10, "a", "other-token");
      await store.writes.insert("otel_traces", rows, { token: "other-token-a" });
      await store.writes.insert("otel_traces", rows, { token: "other-token-b" });
      expect(await counts("other-token")).toEqual({ raw: 20, view: 20, ids: 20 });
    });

    it("keeps equal minutes of two batches apart in the view", async () => {
      await store.writes.insert("otel_traces", spans(0, 60, "m1", "minutes"), { token: "m1" });
      await store.writes.insert("otel_traces", spans(60, 60, "m2", "minutes"), { token: "m2" });
      expect(await counts("minutes")).toEqual({ raw: 120, view: 120, ids: 120 });
    });

    it("leaves no token behind for the next insert", async () => {
      await store.writes.insert("otel_traces", spans(0, 5, "t", "left"), { token: "left" });
      await store.writes.insert("otel_traces", spans(5, 5, "u", "left"));
      await store.writes.insert("otel_traces", spans(10, 5, "v", "left"));
      expect(await counts("left")).toEqual({ raw: 15, view: 15, ids: 15 });
    });

    it("is exact when a batch spans several days", async () => {
      const rows = [1, 2, 3].flatMap((day) =>
        spans(day * 10, 10, "days", "days").map((row) => ({
          ...row,
          Timestamp: `2026-11-0${day} 10:00:00`,
        })),
      );
      await store.writes.insert("otel_traces", rows, { token: "days" });
      await store.writes.insert("otel_traces", rows, { token: "days" });
      expect(await counts("days")).toEqual({ raw: 30, view: 30, ids: 30 });
    });
  });

  describe("a block with a token", () => {
    it("is stored once, in the raw table and through every view, when it comes twice", async () => {
      await insertBlock("block", [1, 1, 1]);
      await insertBlock("block", [1, 1, 1]);
      expect(await counts("block")).toEqual({ raw: 3, view: 3, ids: 3 });
    });

    it("heals a first try that stopped between the raw table and a view", async () => {
      await store.writes.command("DETACH TABLE span_identity_mv");
      await insertBlock("healed", [1, 1, 1]);
      await store.writes.command("ATTACH TABLE span_identity_mv");
      expect(await counts("healed")).toEqual({ raw: 3, view: 3, ids: 0 });
      await insertBlock("healed", [1, 1, 1]);
      expect(await counts("healed")).toEqual({ raw: 3, view: 3, ids: 3 });
    });

    it("stores the rows that are kept, once", async () => {
      await insertBlock("kept", [1, 0, 1]);
      await insertBlock("kept", [1, 0, 1]);
      expect(await counts("kept")).toEqual({ raw: 2, view: 2, ids: 2 });
    });

    it("is one block, however large", async () => {
      const keep = Array.from({ length: 100_000 }, () => 1);
      await insertBlock("large", keep);
      await insertBlock("large", keep);
      expect(await counts("large")).toEqual({ raw: 100_000, view: 100_000, ids: 100_000 });
    });

    async function insertBlock(tenant: string, keep: readonly number[]): Promise<void> {
      const block = createSpanBlock();
      for (const [index] of keep.entries()) {
        const hours = BigInt(index % 24) * 3_600_000_000_000n;
        const startTimeUnixNano = 1_795_000_000_000_000_000n + hours;
        const span = plainSpan(index, { startTimeUnixNano });
        const inspected = { span, genAi: null, costUsd: 0, detections: [], failures: [] };
        block.append(inspected, { tenant, batchId: tenant, receivedAtUnixMs: 0 });
      }
      await store.writes.insert("otel_traces", block.take(Uint8Array.from(keep)), {
        token: tenant,
      });
    }
  });

  describe("findStoredSpans", () => {
    it("finds spans of other batches only, with the digest they were stored with", async () => {
      const rows = spans(0, 20, "lookup", "lookup").map((row, index) => ({
        ...row,
        Digest: index,
      }));
      await store.writes.insert("otel_traces", rows, { token: "lookup" });
      const asked = [5, 19, 20].map((id) => ({
        traceId: hex(Math.floor(id / 10), 32),
        spanId: hex(id, 16),
        kind: "Server",
      }));
      const about = { tenant: "lookup", batchId: "later" };
      const found = await findStoredSpans(store.reads, about, asked);
      expect([...found.values()].map((span) => span.digest).toSorted()).toEqual(["19", "5"]);
      const own = await findStoredSpans(store.reads, { ...about, batchId: "lookup" }, asked);
      expect(own.size).toBe(0);
      const foreign = await findStoredSpans(store.reads, { ...about, tenant: "other" }, asked);
      expect(foreign.size).toBe(0);
    });

    it("tells kinds of the same ids apart", async () => {
      await store.writes.insert("otel_traces", spans(0, 1, "kind", "kind"), { token: "kind" });
      const asked = [{ traceId: hex(0, 32), spanId: hex(0, 16), kind: "Client" }];
      const found = await findStoredSpans(store.reads, { tenant: "kind", batchId: "x" }, asked);
      expect(found.size).toBe(0);
    });
  });

  it("keeps rows and views exact under resends and overlaps", async () => {
    let run = 0;
    const range = fc.record({ from: fc.nat(200), count: fc.integer({ min: 1, max: 80 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(range, fc.nat(2)), { maxLength: 6 }), async (batches) => {
        run += 1;
        const tenant = `property-${run}`;
        const expected = new Set<number>();
        for (const [index, [{ from, count }, resends]] of batches.entries()) {
          const token = `${tenant}-${index}`;
          const fresh = await withoutStored(spans(from, count, token, tenant), tenant, token);
          for (let attempt = 0; attempt <= resends; attempt += 1) {
            await store.writes.insert("otel_traces", fresh, { token });
          }
          Array.from({ length: count }, (_, offset) => expected.add(from + offset));
        }
        const size = expected.size;
        expect(await counts(tenant)).toEqual({ raw: size, view: size, ids: size });
      }),
      { numRuns: 8, seed: 20_261_120 },
    );
  });

  async function withoutStored(rows: object[], tenant: string, batchId: string): Promise<object[]> {
    const identities = (rows as { TraceId: string; SpanId: string; SpanKind: string }[]).map(
      ({ TraceId, SpanId, SpanKind }) => ({ traceId: TraceId, spanId: SpanId, kind: SpanKind }),
    );
    const stored = await findStoredSpans(store.writes, { tenant, batchId }, identities);
    return rows.filter((_, index) => {
      const identity = identities[index];
      return identity !== undefined && !stored.has(spanIdentityKey(identity));
    });
  }
}
