import { createNoticeStage } from "../../../analyzer/notice/notice-stage.ts";
import { listChanges } from "../../../core/changes/read-changes.ts";
import type { Change } from "../../../core/model/change.ts";
import type { OpenedStore } from "../../../core/store/open-store.ts";
import { insertChanges, makeChange } from "../../helpers/change.ts";
import { openMemoryStore } from "../../helpers/memory-store.ts";
import { spanRow } from "../../helpers/span-row.ts";

const begin = Date.parse("2026-11-20T00:00:00Z");
const minute = 60_000;
const config = { watermarkSeconds: 120, streamIdleSeconds: 10 };

let store: OpenedStore;
let now = begin;
const clock = { now: () => now };

beforeAll(async () => {
  store = await openMemoryStore();
});

afterAll(() => store.close());

let spans = 0;

function span(service: string, minutes: number, columns: Record<string, unknown>): object {
  spans += 1;
  return spanRow({
    Timestamp: new Date(begin + minutes * minute).toISOString(),
    TraceId: spans.toString(16).padStart(32, "0"),
    SpanId: spans.toString(16).padStart(16, "0"),
    ServiceName: service,
    Environment: "production",
    ...columns,
  });
}

/** Stores spans as one batch and says so. */
async function arrive(stage: ReturnType<typeof createNoticeStage>, rows: readonly object[]) {
  await store.writes.insert("otel_traces", rows, { token: `batch-${spans}` });
  const columns = rows as { ServiceName: string; Timestamp: string }[];
  stage.observe(
    columns.map(({ ServiceName, Timestamp }) => ({
      tenant: "default",
      service: ServiceName,
      environment: "production",
      minTimeUnixMs: Date.parse(Timestamp),
      maxTimeUnixMs: Date.parse(Timestamp),
    })),
  );
}

async function settled(stage: ReturnType<typeof createNoticeStage>): Promise<Change[]> {
  now += 20_000;
  return stage.tick();
}

async function stored(service: string) {
  const page = { limit: 100, after: null };
  const { items } = await listChanges(store.reads, "default", { service }, page);
  return items.toReversed();
}

const resource = (hash: string, digest: string) => ({
  "k8s.deployment.name": "shop-web",
  "k8s.pod.name": `shop-web-${hash}-x2x9z`,
  "container.image.repo_digests": `["ghcr.io/acme/shop@sha256:${digest.repeat(64)}"]`,
  "container.image.tags": '["1.8.0","latest"]',
  "vcs.ref.head.revision": digest.repeat(40),
  "vcs.repository.url.full": "https://git.example/shop",
});

describe("notice stage", () => {
  it("notices a release, a model and a prompt that are new in spans, once", async () => {
    const stage = createNoticeStage({ stores: store, config, clock });
    const old = { ServiceVersion: "1.7.0", GenAiAgent: "bot", GenAiRequestModel: "gpt-5" };
    const before = { ...old, GenAiResponseModel: "gpt-5-01", PromptFingerprint: "aaaa" };
    const after = { ...old, GenAiResponseModel: "gpt-5-02", PromptFingerprint: "bbbb" };
    await arrive(stage, [
      span("shop", 0, { ...before, ResourceAttributes: resource("7d9f8b6c5d", "a") }),
    ]);
    expect(await settled(stage)).toEqual([]);
    await arrive(stage, [
      span("shop", 61, { ...before, ResourceAttributes: resource("7d9f8b6c5d", "a") }),
      span("shop", 60, {
        ...after,
        ServiceVersion: "1.8.0",
        ResourceAttributes: resource("5c6b8f9d7e", "b"),
      }),
    ]);
    const changed = await settled(stage);
    expect(changed.toSorted((a, b) => (a.kind < b.kind ? -1 : 1))).toMatchObject([
      {
        kind: "deployment",
        name: "shop-web",
        version: "1.8.0",
        revision: "b".repeat(40),
        repository: "https://git.example/shop",
        artifacts: [`sha256:${"b".repeat(64)}`],
        status: "succeeded",
        source: "telemetry",
        timeUnixMs: begin + 60 * minute,
        details: {
          dimension: "service.version",
          previous: "1.7.0",
          current: "1.8.0",
          "container.image.tag": "1.8.0",
          "pod template hash": "5c6b8f9d7e",
        },
      },
      { kind: "model", name: "gpt-5", version: "gpt-5-02", details: { previous: "gpt-5-01" } },
      { kind: "prompt_template", name: "bot", version: "bbbb", details: { previous: "aaaa" } },
    ]);
    expect(await settled(stage)).toEqual([]);
    await arrive(stage, [span("shop", 90, before), span("shop", 91, after)]);
    expect(await settled(stage)).toEqual([]);
    expect(await stored("shop")).toHaveLength(3);
  });

  it("gives the same changes after a restart, also for what was stored just before a stop", async () => {
    const first = createNoticeStage({ stores: store, config, clock });
    await arrive(first, [
      span("restarted", 0, { ServiceVersion: "1" }),
      span("restarted", 30, { ServiceVersion: "2" }),
    ]);
    const second = createNoticeStage({ stores: store, config, clock });
    const changed = [...(await settled(second)), ...(await settled(second))];
    expect(changed).toMatchObject([{ service: "restarted", version: "2" }]);
    const third = createNoticeStage({ stores: store, config, clock });
    expect([...(await settled(third)), ...(await settled(third))]).toEqual([]);
    expect(await stored("restarted")).toHaveLength(1);
  });

  it("waits for the watermark, and moves a change when an earlier span comes late", async () => {
    const stage = createNoticeStage({ stores: store, config, clock });
    await settled(stage);
    await settled(stage);
    await arrive(stage, [
      span("late", 0, { ServiceVersion: "1" }),
      span("late", 60, { ServiceVersion: "2" }),
    ]);
    expect(await stage.tick()).toEqual([]);
    await arrive(stage, [span("late", 63, { ServiceVersion: "2" })]);
    now += 10_000;
    expect(await stage.tick()).toMatchObject([{ timeUnixMs: begin + 60 * minute }]);
    await arrive(stage, [span("late", 40, { ServiceVersion: "2" })]);
    expect(await settled(stage)).toMatchObject([{ timeUnixMs: begin + 40 * minute }]);
    expect(await stored("late")).toMatchObject([{ time: "2026-11-20T00:40:00.000Z" }]);
  });

  it("leaves out what was reported, unless telemetry knows the commit", async () => {
    const report = { service: "told", environment: "production", timeUnixMs: begin + 30 * minute };
    await insertChanges(store.writes, [
      makeChange({ ...report, changeId: "told-2", version: "2" }),
      makeChange({ ...report, changeId: "told-3", version: "3" }),
    ]);
    const stage = createNoticeStage({ stores: store, config, clock });
    const withCommit = { "vcs.ref.head.revision": "c".repeat(40) };
    await arrive(stage, [
      span("told", 0, { ServiceVersion: "1" }),
      span("told", 40, { ServiceVersion: "2" }),
      span("told", 50, { ServiceVersion: "3", ResourceAttributes: withCommit }),
    ]);
    await settled(stage);
    await settled(stage);
    expect((await stored("told")).map(({ version, source }) => [version, source])).toEqual([
      ["2", "native"],
      ["3", "native"],
      ["3", "telemetry"],
    ]);
  });

  it("bounds a fingerprint per request", async () => {
    const stage = createNoticeStage({ stores: store, config, clock });
    const rows = Array.from({ length: 300 }, (_, n) =>
      span("wild", n, { GenAiAgent: "bot", PromptFingerprint: n.toString(16).padStart(16, "0") }),
    );
    await arrive(stage, rows);
    await settled(stage);
    await settled(stage);
    const changes = await stored("wild");
    expect(changes).toHaveLength(9);
    expect(changes.filter(({ details }) => details["type"] === "other")).toMatchObject([
      { details: { atLeast: 256 } },
    ]);
  });

  it("counts a batch that is stored again once", async () => {
    const rows = [span("resent", 0, { ServiceVersion: "1" })];
    await store.writes.insert("otel_traces", rows, { token: "resent" });
    await store.writes.insert("otel_traces", rows, { token: "resent" });
    const count = "SELECT sum(Spans) AS n FROM noticed_values WHERE ServiceName = 'resent'";
    expect(await store.reads.query<{ n: unknown }>(count)).toMatchObject([{ n: 1 }]);
  });

  it("keeps tenants apart", async () => {
    const theirs = await listChanges(store.reads, "other", {}, { limit: 10, after: null });
    expect(theirs.items).toEqual([]);
  });
});
