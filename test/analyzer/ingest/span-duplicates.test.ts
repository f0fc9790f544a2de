import type { PreparedSpan } from "../../../analyzer/ingest/prepare-batch.ts";
import { removeDuplicateSpans } from "../../../analyzer/ingest/span-duplicates.ts";
import { createStoredSpans } from "../../../analyzer/ingest/stored-spans.ts";
import type { OpenedStore } from "../../../core/store/open-store.ts";
import { openMemoryStore } from "../../helpers/memory-store.ts";
import { spanRow } from "../../helpers/span-row.ts";

let store: OpenedStore;

beforeAll(async () => {
  store = await openMemoryStore();
  await store.writes.insert("otel_traces", [
    spanRow({ Tenant: "acme", SpanId: id(1), Digest: "11", BatchId: "earlier" }),
    spanRow({ Tenant: "acme", SpanId: id(2), Digest: "22", BatchId: "this" }),
  ]);
});

afterAll(() => store.close());

function id(number: number): string {
  return String(number).padStart(16, "0");
}

function span(number: number, parts: Partial<PreparedSpan> = {}): PreparedSpan {
  return {
    tenant: "acme",
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: id(number),
    kind: "Server",
    row: 0,
    digest: number * 11,
    service: "",
    environment: "",
    timeUnixMs: 0,
    isSuspect: false,
    detections: [],
    ...parts,
  };
}

it.each([
  { what: "takes a new span", spans: [span(3)], unique: 1, reasons: [] },
  { what: "drops a copy of another batch's", spans: [span(1)], unique: 0, reasons: ["duplicate"] },
  {
    what: "tells other content under the same ids apart",
    spans: [span(1, { digest: 99 })],
    unique: 0,
    reasons: ["duplicate_conflict"],
  },
  {
    what: "keeps what this batch stored in an earlier try",
    spans: [span(2)],
    unique: 1,
    reasons: [],
  },
  {
    what: "keeps the first of copies in one batch",
    spans: [span(4), span(4), span(4, { digest: 0 })],
    unique: 1,
    reasons: ["duplicate", "duplicate_conflict"],
  },
  {
    what: "does not confuse kinds, as both ends of one call may share an id",
    spans: [span(1, { kind: "Client" })],
    unique: 1,
    reasons: [],
  },
  {
    what: "does not confuse tenants",
    spans: [span(1, { tenant: "zeta" })],
    unique: 1,
    reasons: [],
  },
  { what: "takes nothing for nothing", spans: [], unique: 0, reasons: [] },
])("$what", async ({ spans, unique, reasons }) => {
  const stored = createStoredSpans(store);
  await stored.load();
  const result = await removeDuplicateSpans(stored, "this", spans);
  expect(result.unique).toEqual(spans.slice(0, unique));
  expect(result.rejected.map(({ reason }) => reason)).toEqual(reasons);
});
