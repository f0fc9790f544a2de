import { createApiClient } from "./helpers/api-client.ts";
import { seedStore } from "./helpers/seed-store.ts";
import { openTestApi, type TestApi } from "./helpers/test-api.ts";

let api: TestApi;
let ask: ReturnType<typeof createApiClient>;

beforeAll(async () => {
  api = await openTestApi({ maxQueueBytes: 1024 * 1024 });
  ask = createApiClient(api.server);
  await seedStore(api.store.writes, "default");
  await api.queue.producer.append({
    tenant: "default",
    signal: "traces",
    receivedAtUnixMs: 1,
    contentType: "json",
    contentEncoding: "identity",
    acceptedCount: 3,
    rejectedOrdinals: [3],
    rejected: { id_invalid: 1 },
    body: Buffer.from("{}"),
  });
});

afterAll(() => api.close());

it("accounts for every record of the tenant", async () => {
  const { body } = await ask({ url: "/api/v1/accounting" });
  expect(body).toEqual({
    items: [
      {
        tenant: "default",
        signal: "traces",
        received: 4,
        stored: 0,
        rejected: { id_invalid: 1 },
        deadLettered: 0,
        inFlight: 3,
      },
    ],
    nextCursor: null,
  });
});

it("says in numbers where the loop stands", async () => {
  const { body } = await ask({ url: "/api/v1/status" });
  expect(body).toEqual({
    version: "1.2.3",
    startedAt: "2026-11-20T10:00:00.000Z",
    otlpHttp: "http://127.0.0.1:4318",
    api: "http://127.0.0.1:7070",
    ingest: { received: 4, stored: 0, rejected: 1, deadLettered: 0, inFlight: 3 },
    removed: { max_disk: 0, tenant_retention: 0 },
    findings: { open: 2, total: 3 },
    proposals: { total: 2, byState: { filed: 1, effective: 1 } },
  });
});

it("counts a finding as open again once its mute is over", async () => {
  await api.store.writes.insert("finding_status", [
    {
      Tenant: "default",
      FindingId: "default-finding-2",
      Status: "muted",
      Until: "2026-11-01 00:00:00",
      ChangedAt: "2026-11-01 00:00:00",
      Revision: 2,
    },
  ]);
  const { body } = await ask({ url: "/api/v1/status" });
  expect(body["findings"]).toEqual({ open: 3, total: 3 });
});

it("answers an unknown path with a problem document", async () => {
  const response = await api.server.inject("/api/v1/nothing");
  expect(response.statusCode).toBe(404);
  expect(response.headers["content-type"]).toContain("application/problem+json");
});

it("is alive and ready", async () => {
  expect((await api.server.inject("/healthz")).json()).toEqual({ status: "ok" });
  const ready = await api.server.inject("/readyz");
  expect([ready.statusCode, ready.json()]).toEqual([
    200,
    { status: "ready", problems: [], reasons: [], warnings: [] },
  ]);
});

it("reports its metrics as Prometheus text", async () => {
  api.metrics.count("telltale.ingest.requests", 2, { signal: "traces", status: "200" });
  const response = await api.server.inject("/metrics");
  expect(response.headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(response.body).toMatch(
    /^telltale_ingest_requests_total\{[^}]*signal="traces"[^}]*\} 2( \d+)?$/m,
  );
});

it("is not ready when the queue is full, and says why and since when", async () => {
  const body = Buffer.alloc(20_000, 1);
  const record = {
    tenant: "default",
    signal: "logs",
    receivedAtUnixMs: 1,
    contentType: "json",
    contentEncoding: "identity",
    acceptedCount: 1,
    rejectedOrdinals: [],
    rejected: {},
    body,
  } as const;
  const fill = async () => {
    for (let number = 0; number < 500; number += 1) {
      await api.queue.producer.append(record);
    }
  };
  await expect(fill()).rejects.toThrow("queue is full");
  await api.health.check();
  const full = await api.server.inject("/readyz");
  const reason = expect.stringMatching(/^the queue is (nearly )?full/) as string;
  expect([full.statusCode, full.json()]).toEqual([
    503,
    {
      status: "not_ready",
      problems: [reason],
      reasons: [{ part: "queue", reason, since: "2026-11-20T12:00:00.000Z" }],
      warnings: [],
    },
  ]);
  expect((await api.server.inject("/healthz")).statusCode).toBe(200);
});
