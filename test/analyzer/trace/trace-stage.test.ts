import type { StoredTrace, TraceDetector } from "../../../analyzer/trace/stored-trace.ts";
import { createTraceStage } from "../../../analyzer/trace/trace-stage.ts";
import { createLogger } from "../../../core/log.ts";
import type { OpenedStore } from "../../../core/store/open-store.ts";
import { makeDetection } from "../../helpers/detection.ts";
import { createFixedClock } from "../../helpers/fixed-clock.ts";
import { openMemoryStore } from "../../helpers/memory-store.ts";

const config = { traceQuietSeconds: 10, traceMaxOpenSeconds: 300 };
const begin = Date.parse("2026-11-20T09:00:00Z");

let store: OpenedStore;
const clock = createFixedClock("2026-11-20T12:00:00Z");

beforeAll(async () => {
  store = await openMemoryStore();
});

afterAll(async () => {
  await store.close();
});

afterEach(async () => {
  await store.writes.command("TRUNCATE TABLE otel_traces");
  await store.writes.command("TRUNCATE TABLE span_identity");
});

function traceId(n: number): string {
  return n.toString(16).padStart(32, "0");
}

async function insertSpans(
  spans: readonly { trace: number; span: number; offsetMs?: number }[],
  tenant = "default",
): Promise<void> {
  await store.writes.insert(
    "otel_traces",
    spans.map(({ trace, span, offsetMs = span }) => ({
      Tenant: tenant,
      Timestamp: new Date(begin + offsetMs).toISOString(),
      TraceId: traceId(trace),
      SpanId: span.toString(16).padStart(16, "0"),
      SpanName: "execute_tool",
      SpanKind: "Internal",
      ServiceName: "shop",
      SpanAttributes: { "gen_ai.tool.name": "send_email" },
      GenAiConvention: "otel",
      GenAiTool: "send_email",
      BatchId: `batch-${tenant}-${trace}-${span}`,
      ReceivedAt: new Date(clock.now()).toISOString(),
    })),
  );
}

/** Reports every trace with at least two spans, and remembers what it was shown. */
function pairDetector(): TraceDetector & { readonly seen: StoredTrace[] } {
  const seen: StoredTrace[] = [];
  return {
    id: "pair",
    type: "tool_misuse",
    seen,
    inspect(trace) {
      seen.push(trace);
      const { tenant } = trace;
      return trace.spans.length > 1
        ? [makeDetection({ tenant, traceId: trace.traceId, detector: "pair" })]
        : [];
    },
  };
}

const broken: TraceDetector = {
  id: "broken",
  type: "tool_misuse",
  inspect() {
    throw new Error("broken");
  },
};

function createStage(detectors: readonly TraceDetector[]) {
  return createTraceStage({ store, detectors, config, clock, logger: createLogger("silent") });
}

describe("createTraceStage", () => {
  it("shows a quiet trace to the detectors, spans in order of time", async () => {
    const detector = pairDetector();
    const stage = createStage([broken, detector]);
    await insertSpans([
      { trace: 1, span: 2 },
      { trace: 1, span: 1 },
      { trace: 2, span: 1 },
    ]);
    stage.observe([{ tenant: "default", traceIds: [traceId(1), traceId(2)] }]);
    expect(await stage.tick()).toEqual([]);
    clock.advance(10_000);
    const detections = await stage.tick();
    expect(detections.map((each) => each.traceId)).toEqual([traceId(1)]);
    expect(detector.seen[0]?.spans).toMatchObject([
      {
        SpanId: "0000000000000001",
        TimeUnixMs: begin + 1,
        SpanAttributes: { "gen_ai.tool.name": "send_email" },
        GenAiTool: "send_email",
      },
      { SpanId: "0000000000000002", TimeUnixMs: begin + 2 },
    ]);
    expect(await stage.tick()).toEqual([]);
  });

  it("looks again when a span comes later, with the same detection id", async () => {
    const stage = createStage([pairDetector()]);
    await insertSpans([
      { trace: 1, span: 1 },
      { trace: 1, span: 2 },
    ]);
    stage.observe([{ tenant: "default", traceIds: [traceId(1)] }]);
    clock.advance(10_000);
    const [before] = await stage.tick();
    await insertSpans([{ trace: 1, span: 3, offsetMs: 86_400_000 }]);
    stage.observe([{ tenant: "default", traceIds: [traceId(1)] }]);
    clock.advance(10_000);
    expect(await stage.tick()).toEqual([before]);
  });

  it("looks after a start at suspect traces that were open before, and only at those", async () => {
    await insertSpans([
      { trace: 1, span: 1 },
      { trace: 1, span: 2 },
      { trace: 2, span: 1 },
      { trace: 2, span: 2 },
    ]);
    await store.writes.insert("detections", [
      {
        Tenant: "default",
        Fingerprint: "any",
        Id: "any",
        Time: new Date(begin).toISOString(),
        TraceId: traceId(1),
        ReceivedAt: new Date(clock.now()).toISOString(),
        Revision: 1,
      },
    ]);
    clock.advance(3_600_000);
    const detector = pairDetector();
    const stage = createStage([detector]);
    await stage.tick();
    clock.advance(10_000);
    expect(await stage.tick()).toHaveLength(1);
    expect(detector.seen.map((trace) => trace.traceId)).toEqual([traceId(1)]);
  });

  it("does not mix tenants that use the same trace id", async () => {
    const detector = pairDetector();
    const stage = createStage([detector]);
    await insertSpans([{ trace: 1, span: 1 }], "one");
    await insertSpans([{ trace: 1, span: 2 }], "two");
    stage.observe([
      { tenant: "one", traceIds: [traceId(1)] },
      { tenant: "two", traceIds: [traceId(1)] },
    ]);
    clock.advance(10_000);
    expect(await stage.tick()).toEqual([]);
    expect(detector.seen.map(({ tenant, spans }) => [tenant, spans.length])).toEqual([
      ["one", 1],
      ["two", 1],
    ]);
  });

  it("reads every one of many traces, and cuts a giant one", async () => {
    const detector = pairDetector();
    const stage = createStage([detector]);
    const giant = Array.from({ length: 2500 }, (_, n) => ({ trace: 0, span: n + 1 }));
    const many = Array.from({ length: 6000 }, (_, n) => ({ trace: n + 1, span: 1 }));
    await insertSpans([...giant, ...many]);
    stage.observe([{ tenant: "default", traceIds: many.map(({ trace }) => traceId(trace)) }]);
    stage.observe([{ tenant: "default", traceIds: [traceId(0)] }]);
    clock.advance(10_000);
    await stage.tick();
    expect(new Set(detector.seen.map((trace) => trace.traceId)).size).toBe(6001);
    const seenGiant = detector.seen.find((trace) => trace.traceId === traceId(0));
    expect(seenGiant?.spans).toHaveLength(2000);
  });

  it("keeps traces due when the store fails", async () => {
    let fails = false;
    const reads: typeof store.reads = {
      ...store.reads,
      query: (sql, params) =>
        fails ? Promise.reject(new Error("refused")) : store.reads.query(sql, params),
    };
    const detectors = [pairDetector()];
    const logger = createLogger("silent");
    const stage = createTraceStage({ store: { reads }, detectors, config, clock, logger });
    await insertSpans([
      { trace: 1, span: 1 },
      { trace: 1, span: 2 },
    ]);
    stage.observe([{ tenant: "default", traceIds: [traceId(1)] }]);
    clock.advance(10_000);
    fails = true;
    await expect(stage.tick()).rejects.toThrow("refused");
    fails = false;
    expect(await stage.tick()).toHaveLength(1);
  });
});
