import { createHeartbeatWriter } from "../../../analyzer/ingest/heartbeat.ts";
import { createInspector } from "../../../analyzer/inspect/inspector.ts";
import { Config } from "../../../core/config/config.ts";
import type { OpenedStore } from "../../../core/store/open-store.ts";
import { openMemoryStore } from "../../helpers/memory-store.ts";

const inspector = createInspector(Config.parse({}).analyzer);
const time = Date.parse("2026-11-20T10:59:59.999Z");

let store: OpenedStore;

beforeAll(async () => {
  store = await openMemoryStore();
});

afterAll(() => store.close());

interface Beat {
  readonly Tenant: string;
  readonly hour: string;
  readonly passed: number;
}

function beats(): Promise<Beat[]> {
  return store.reads.query<Beat>(
    `SELECT Tenant, formatDateTime(Hour, '%FT%H:%i', 'UTC') AS hour, toUInt32(sum(Passed)) AS passed
     FROM detector_heartbeats FINAL GROUP BY Tenant, Hour ORDER BY Tenant, Hour`,
  );
}

function at(tenant: string, timeUnixMs: number) {
  return { tenant, timeUnixMs } as Parameters<
    ReturnType<typeof createHeartbeatWriter>["beat"]
  >[0][number];
}

it("runs every canary once for each tenant and hour of event time", async () => {
  const writer = createHeartbeatWriter(store.writes, inspector);
  await writer.beat([at("acme", time), at("acme", time - 1000), at("zeta", time + 1)]);
  await writer.beat([at("acme", time)]);
  const canaries = inspector.heartbeat();
  expect(canaries.length).toBeGreaterThan(3);
  expect(canaries.every(({ passed }) => passed)).toBe(true);
  expect(await beats()).toEqual([
    { Tenant: "acme", hour: "2026-11-20T10:00", passed: canaries.length },
    { Tenant: "zeta", hour: "2026-11-20T11:00", passed: canaries.length },
  ]);
});

it("changes nothing when a restarted writer repeats an hour", async () => {
  const before = await beats();
  await createHeartbeatWriter(store.writes, inspector).beat([at("acme", time)]);
  expect(await beats()).toEqual(before);
});

it("lets a failure outweigh a pass of the same hour", async () => {
  const failing = {
    ...inspector,
    heartbeat: () => inspector.heartbeat().map((canary) => ({ ...canary, passed: false })),
  };
  await createHeartbeatWriter(store.writes, failing).beat([at("acme", time)]);
  await createHeartbeatWriter(store.writes, inspector).beat([at("acme", time)]);
  expect((await beats())[0]?.passed).toBe(0);
});

it("leaves no trace of canaries among telemetry and detections", async () => {
  const [row] = await store.reads.query<{ spans: string; detections: string }>(
    `SELECT (SELECT count() FROM otel_traces) AS spans, (SELECT count() FROM detections) AS detections`,
  );
  expect([Number(row?.spans), Number(row?.detections)]).toEqual([0, 0]);
});
