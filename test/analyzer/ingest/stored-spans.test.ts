import type { PreparedSpan } from "../../../analyzer/ingest/prepare-batch.ts";
import { createStoredSpans } from "../../../analyzer/ingest/stored-spans.ts";
import type { OpenedStore } from "../../../core/store/open-store.ts";
import type { Store } from "../../../core/store/store.ts";
import { openMemoryStore } from "../../helpers/memory-store.ts";

let store: OpenedStore;

beforeAll(async () => {
  store = await openMemoryStore();
  await store.writes.command(`
    INSERT INTO span_identity (Tenant, TraceId, SpanId, SpanKind, BatchId, Digest, Timestamp)
    SELECT if(number % 2 = 0, 'even', 'odd'), lower(hex(sipHash128(number))),
      leftPad(lower(hex(sipHash64(number))), 16, '0'), 'Client', 'earlier', number, now()
    FROM numbers(1200000)`);
});

afterAll(() => store.close());

/** Spans of the rows above with these numbers. */
async function storedAs(numbers: readonly number[]): Promise<PreparedSpan[]> {
  const rows = await store.reads.query<{ traceId: string; spanId: string }>(
    `SELECT lower(hex(sipHash128(n))) AS traceId, leftPad(lower(hex(sipHash64(n))), 16, '0') AS spanId
     FROM (SELECT arrayJoin({numbers: Array(UInt64)}) AS n)`,
    { numbers },
  );
  return rows.map((ids) => span(ids));
}

function span(ids: { readonly traceId: string; readonly spanId: string }): PreparedSpan {
  return {
    ...ids,
    tenant: "even",
    kind: "Client",
    row: 0,
    digest: 0,
    service: "",
    environment: "",
    timeUnixMs: 0,
    isSuspect: false,
    detections: [],
  };
}

/** The store, with the number of spans that each look-up asks about. */
function counted(): { readonly writes: Store; readonly reads: Store; readonly asked: number[] } {
  const asked: number[] = [];
  const writes: Store = {
    ...store.writes,
    query: (sql, params) => {
      const { spanIds } = params as { readonly spanIds: readonly string[] };
      asked.push(spanIds.length);
      return store.writes.query(sql, params);
    },
  };
  return { writes, reads: store.reads, asked };
}

it("knows what was stored before it started, of each tenant", async () => {
  const stored = createStoredSpans(store);
  await stored.load();
  const spans = await storedAs([0, 2, 1_199_998, 1, 3]);
  expect((await stored.find("even", "later", spans)).size).toBe(3);
  expect((await stored.find("odd", "later", spans)).size).toBe(2);
  expect((await stored.find("none", "later", spans)).size).toBe(0);
});

it("asks about every span until it is loaded, and about hardly any new one afterwards", async () => {
  const { asked, ...stores } = counted();
  const stored = createStoredSpans(stores);
  const fresh = await storedAs(Array.from({ length: 2000 }, (_, index) => 5_000_000 + index));
  await stored.find("even", "later", fresh);
  await stored.load();
  await stored.find("even", "later", fresh);
  expect(asked[0]).toBe(2000);
  expect(asked[1] ?? 0).toBeLessThan(60);
});

it("asks about spans whose insert was tried, as a failed one may have stored some", async () => {
  const { asked, ...stores } = counted();
  const stored = createStoredSpans(stores);
  await stored.load();
  const fresh = await storedAs([7_000_000, 7_000_001]);
  stored.expect("even", fresh);
  await stored.find("even", "later", fresh);
  expect(asked).toEqual([2]);
});
