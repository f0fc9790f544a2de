import { createQueryStage } from "../../../analyzer/streams/query-stage.ts";
import type { OpenedStore } from "../../../core/store/open-store.ts";
import { createFixedClock } from "../../helpers/fixed-clock.ts";
import { openMemoryStore } from "../../helpers/memory-store.ts";

const begin = Date.parse("2026-11-20T09:00:00Z");
const end = begin + 30 * 60_000;

let store: OpenedStore;

beforeAll(async () => {
  store = await openMemoryStore();
});

afterAll(async () => {
  await store.close();
});

/** Questions of one session, one every `gapSeconds`. */
async function ask(
  session: string,
  gapSeconds: number,
  texts: readonly string[],
  tenant = "default",
): Promise<void> {
  await store.writes.insert(
    "otel_traces",
    texts.map((text, at) => ({
      Tenant: tenant,
      Timestamp: new Date(begin + at * gapSeconds * 1000).toISOString(),
      TraceId: `${session}${at}`.padStart(32, "0"),
      SpanId: at.toString(16).padStart(16, "0"),
      SpanName: "chat",
      SpanKind: "Client",
      ServiceName: "shop",
      Environment: "production",
      SpanAttributes: {
        "gen_ai.operation.name": "chat",
        "gen_ai.input.messages": JSON.stringify([
          { role: "user", parts: [{ type: "text", content: text }] },
        ]),
      },
      GenAiConvention: "otel",
      GenAiOperation: "chat",
      Session: session,
      BatchId: `${tenant}-${session}-${at}`,
      ReceivedAt: new Date(end).toISOString(),
    })),
  );
}

describe("createQueryStage", () => {
  it("reports a session that samples one question, and only that one", async () => {
    const clock = createFixedClock("2026-11-20T12:00:00Z");
    const stage = createQueryStage(store, clock);
    await ask("a1", 2, Array<string>(20).fill("is this text toxic or not"));
    await ask("b2", 60, Array<string>(20).fill("is this text toxic or not"));
    await ask("c3", 2, ["what is a tide", "why is bread brown", "who made glass"]);
    await ask("d4", 2, Array<string>(20).fill("is this text toxic or not"), "other");

    expect(await stage.tick()).toEqual([]);
    stage.observe([{ tenant: "default", minTimeUnixMs: begin, maxTimeUnixMs: end }]);
    const found = await stage.tick();
    expect(found).toMatchObject([
      {
        tenant: "default",
        type: "model_extraction",
        rule: "repeated-sampling",
        service: "shop",
        environment: "production",
        session: "a1",
        spanId: "0000000000000009",
        strength: "strong",
      },
    ]);

    // Nothing new was stored, then the same again: the same detection.
    clock.advance(5 * 60_000);
    expect(await stage.tick()).toEqual([]);
    stage.observe([{ tenant: "default", minTimeUnixMs: begin, maxTimeUnixMs: end }]);
    clock.advance(5 * 60_000);
    expect((await stage.tick()).map(({ id }) => id)).toEqual(found.map(({ id }) => id));
  });
});
