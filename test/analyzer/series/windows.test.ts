import * as fc from "fast-check";
import { readWindows } from "../../../analyzer/series/read-windows.ts";
import { streamKey } from "../../../analyzer/series/stream.ts";
import type { OpenedStore } from "../../../core/store/open-store.ts";
import { StoreError } from "../../../core/store/store-error.ts";
import { openMemoryStore } from "../../helpers/memory-store.ts";
import { baseRow, type SpanRow } from "./span-rows.ts";

const columns = `sum(Spans) AS Spans, sum(Errors) AS Errors, sum(TailSampled) AS TailSampled,
  sum(DurationNs) AS DurationNs,
  sumMap(DurationBuckets) AS DurationBuckets, sum(Inferences) AS Inferences,
  sum(InputTokens) AS InputTokens, sum(OutputTokens) AS OutputTokens, sum(CostUsd) AS CostUsd`;

const keys = `Tenant, ServiceName, Environment, Window, ServiceVersion, SpanKind, Root,
  GenAiOperation, GenAiRequestModel, GenAiTool, SampleWeight`;

/** The same figures straight from the spans; written apart from the view on purpose. */
function fromSpans(start: "toStartOfMinute" | "toStartOfHour"): string {
  const isInference =
    "GenAiOperation IN ('', 'chat', 'text_completion', 'generate_content', 'embeddings')";
  return `
    SELECT Tenant, ServiceName, Environment, ${start}(toDateTime(Timestamp)) AS Window,
      ServiceVersion, SpanKind, ParentSpanId = '' AS Root, GenAiOperation, GenAiRequestModel,
      GenAiTool, SampleWeight, count() AS Spans, countIf(
        StatusCode = 'Error' AND
        (GenAiOperation != 'execute_tool' OR SpanAttributes['error.type'] != 'permission_denied')
      ) AS Errors,
      countIf(t.TailSampled = 1) AS TailSampled,
      sum(Duration) AS DurationNs,
      mapFromArrays(
        (sumMap([toInt16(floor(16 * log2(Duration)))], [1]) AS Histogram).1, Histogram.2
      ) AS DurationBuckets,
      countIf(${isInference} AND t.InputTokens + t.OutputTokens > 0) AS Inferences,
      sumIf(t.InputTokens, ${isInference}) AS InputTokens,
      sumIf(t.OutputTokens, ${isInference}) AS OutputTokens,
      sumIf(toDecimal128(t.CostUsd, 12), ${isInference}) AS CostUsd
    FROM otel_traces AS t
    GROUP BY ${keys} ORDER BY ${keys}`;
}

const span = fc.record({
  id: fc.integer({ min: 0, max: 300 }),
  minute: fc.integer({ min: 0, max: 130 }),
  service: fc.constantFrom("shop", "pay"),
  operation: fc.constantFrom("", "chat", "execute_tool", "invoke_agent", "embeddings"),
  error: fc.constantFrom("", "timeout", "permission_denied"),
  duration: fc.integer({ min: 1, max: 1e12 }),
  tokens: fc.integer({ min: 0, max: 5000 }),
  weight: fc.constantFrom(1, 1, 10, 2.5),
  tailSampled: fc.constantFrom(0, 0, 1),
});

let store: OpenedStore;
beforeAll(async () => {
  store = await openMemoryStore();
});
afterAll(() => store.close());

/** Inserts as the analyzer does: spans that another batch has stored are taken out first. */
async function storeBatch(token: string, rows: readonly SpanRow[]): Promise<void> {
  const known = await store.reads.query<{ SpanId: string }>(
    "SELECT SpanId FROM span_identity WHERE Tenant = 'default' AND BatchId != {token:String}",
    { token },
  );
  const stored = new Set(known.map(({ SpanId }) => SpanId));
  const fresh = rows.filter(({ SpanId }) => !stored.has(SpanId));
  await store.writes.insert(
    "otel_traces",
    fresh.map((row) => ({ ...row, BatchId: token })),
    { token },
  );
}

describe("windows_1m and windows_1h", () => {
  it("equal GROUP BY over the spans, whatever is resent or overlaps", async () => {
    let round = 0;
    const batches = fc.array(
      fc.record({
        spans: fc.uniqueArray(span, { selector: ({ id }) => id, maxLength: 60 }),
        sent: fc.integer({ min: 1, max: 3 }),
      }),
      { minLength: 1, maxLength: 5 },
    );
    await fc.assert(
      fc.asyncProperty(batches, async (sequence) => {
        round += 1;
        for (const [index, { spans, sent }] of sequence.entries()) {
          const rows = spans.map(
            (item): SpanRow => ({
              ...baseRow,
              Timestamp: new Date(Date.UTC(2026, 10, 2) + item.minute * 60_000).toISOString(),
              SpanId: `${round}-${item.id}`,
              ServiceName: item.service,
              GenAiOperation: item.operation,
              StatusCode: item.error === "" ? "Unset" : "Error",
              SpanAttributes: { "error.type": item.error },
              Duration: item.duration,
              InputTokens: item.tokens,
              OutputTokens: item.tokens,
              CostUsd: item.tokens / 1e6,
              SampleWeight: item.weight,
              TailSampled: item.tailSampled,
            }),
          );
          for (let time = 0; time < sent; time++) {
            await storeBatch(`batch-${round}-${index}`, rows);
          }
        }
        for (const [table, start] of [
          ["windows_1m", "toStartOfMinute"],
          ["windows_1h", "toStartOfHour"],
        ] as const) {
          const windows = await store.reads.query<Record<string, unknown>>(
            `SELECT ${keys}, ${columns} FROM ${table} GROUP BY ${keys} ORDER BY ${keys}`,
          );
          expect(windows).toEqual(await store.reads.query(fromSpans(start)));
        }
      }),
      { numRuns: 12 },
    );
  });

  it.each(["otel_traces", "windows_1m", "windows_1h"])(
    "are exact after a batch that failed at %s was stored again",
    async (table) => {
      const service = `broken-${table}`;
      const rows = Array.from({ length: 300 }, (_, index) => ({
        ...baseRow,
        ServiceName: service,
        Timestamp: new Date(Date.UTC(2026, 10, 2) + index * 60_000).toISOString(),
        SpanId: `${service}-${index}`,
      }));
      const send = () => store.writes.insert("otel_traces", rows, { token: service });
      await store.writes.command(`RENAME TABLE ${table} TO missing`);
      await expect(send()).rejects.toThrow(StoreError);
      await store.writes.command(`RENAME TABLE missing TO ${table}`);
      await send();
      await send();
      const [sums] = await store.reads.query(
        `SELECT
          (SELECT count() FROM otel_traces WHERE ServiceName = {service:String}) AS raw,
          (SELECT sum(Spans) FROM windows_1m WHERE ServiceName = {service:String}) AS minutes,
          (SELECT sum(Spans) FROM windows_1h WHERE ServiceName = {service:String}) AS hours`,
        { service },
      );
      expect(sums).toEqual({ raw: 300, minutes: 300, hours: 300 });
    },
  );

  it("are read with their weights: what happened, and how many spans say so", async () => {
    const rows = [1, 1, 1, 1, 10].map((SampleWeight, index) => ({
      ...baseRow,
      ServiceName: "weighed",
      SpanId: `weighed-${index}`,
      StatusCode: index === 4 ? "Error" : "Unset",
      GenAiOperation: "chat",
      GenAiRequestModel: "model-a",
      InputTokens: 100,
      CostUsd: 0.5,
      SampleWeight,
      TailSampled: index === 0 ? 1 : 0,
    }));
    await store.writes.insert("otel_traces", rows, { token: "weighed" });
    const stream = { tenant: "default", service: "weighed", environment: "production" };
    const fromUnixMs = Date.parse(baseRow.Timestamp);
    const range = { tenant: "default", streams: [stream], fromUnixMs };
    const read = await readWindows(store.reads, { ...range, toUnixMs: fromUnixMs + 60_000 });
    const [window] = read.get(streamKey(stream))?.windows ?? [];
    // Kish: (4 · 1 + 10)² / (4 · 1² + 10²) equal spans, ten fourteenths of them errors.
    const spans = 14 ** 2 / 104;
    expect(window).toMatchObject({
      spans: 5,
      requests: 14,
      sample: { weightedSpans: 14, tailSampled: 1, requests: 5, requestErrors: 1 },
      operations: [{ operation: "chat" }],
      models: [{ model: "model-a", calls: 14, tokens: 1400, costUsd: 7, sampledCalls: 5 }],
    });
    expect(window?.operations[0]?.spans).toBeCloseTo(spans, 9);
    expect(window?.operations[0]?.errors).toBeCloseTo((spans * 10) / 14, 9);
  });

  it("take a cost that is not a number as nothing, and lose no span", async () => {
    await store.writes.command(
      `INSERT INTO otel_traces (Tenant, Timestamp, GenAiOperation, CostUsd, Duration)
       VALUES ('wild', '2026-11-02 00:00:00', 'chat', nan, 0),
         ('wild', '2026-11-02 00:00:00', 'chat', inf, 18446744073709551615),
         ('wild', '2026-11-02 00:00:00', 'chat', 0.25, 1)`,
    );
    const rows = await store.reads.query(
      "SELECT sum(Spans) AS spans, toFloat64(sum(CostUsd)) AS cost FROM windows_1m WHERE Tenant = 'wild'",
    );
    expect(rows).toEqual([{ spans: 3, cost: 0.25 }]);
  });
});
