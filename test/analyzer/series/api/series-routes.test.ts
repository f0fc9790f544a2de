import { createWindowStage, type WindowStage } from "../../../../analyzer/series/window-stage.ts";
import { Config } from "../../../../core/config/config.ts";
import { createLogger } from "../../../../core/log.ts";
import { keySetting, openTestApi, type TestApi } from "../../../helpers/test-api.ts";
import { type SpanRow, spanRows } from "../span-rows.ts";

const start = Date.UTC(2026, 10, 16);
const hour = 3_600_000;

interface Item {
  readonly id: string;
  readonly service: string;
  readonly metric: string;
  readonly subject: string;
  readonly alerts: number;
}

interface Detail extends Item {
  readonly stepSeconds: number;
  readonly windows: readonly { time: string; value: number; baseline: number; items: number }[];
  readonly detections: readonly object[];
  readonly changePoints: readonly { time: string; effect: number }[];
}

let api: TestApi;

beforeAll(async () => {
  const apiKeys = ["acme", "zeta"].map((tenant) => keySetting(tenant, tenant, ["read"]));
  api = await openTestApi({ settings: { auth: { apiKeys } } });
  let now = Date.UTC(2026, 10, 20);
  const stage = createWindowStage({
    store: api.store,
    config: Config.parse({}).analyzer,
    clock: { now: () => now },
    logger: createLogger("silent"),
  });
  const healthy = spanRows({ seed: 5, fromUnixMs: start, minutes: 1200, rate: 6 });
  const bad = { seed: 6, fromUnixMs: start + 20 * hour, minutes: 240, rate: 6, errorRate: 0.2 };
  await arrive(stage, "acme", [...healthy, ...spanRows(bad)]);
  await arrive(stage, "zeta", spanRows({ seed: 7, fromUnixMs: start, minutes: 60, rate: 4 }));
  now += 11_000;
  const { detections } = await stage.tick();
  await stage.checkpoint();
  await api.store.writes.insert(
    "detections",
    detections.map((each) => ({
      ...Object.fromEntries(
        Object.entries(each).map(([name, value]) => [
          name[0]?.toUpperCase() + name.slice(1),
          value,
        ]),
      ),
      Onset: undefined,
      TimeUnixMs: undefined,
      MaskedValue: "",
      Fingerprint: "f",
      Stage: "series",
      Time: new Date(each.timeUnixMs).toISOString(),
      OnsetFrom: new Date(each.onset?.fromUnixMs ?? 0).toISOString(),
      OnsetTo: new Date(each.onset?.toUnixMs ?? 0).toISOString(),
      ReceivedAt: new Date(now).toISOString(),
      Revision: 1,
    })),
  );
});

afterAll(() => api.close());

async function arrive(stage: WindowStage, tenant: string, rows: readonly SpanRow[]) {
  await api.store.writes.insert(
    "otel_traces",
    rows.map((row) => ({ ...row, Tenant: tenant })),
    { token: tenant },
  );
  const times = rows.map((row) => Date.parse(row.Timestamp));
  const [minTimeUnixMs = 0, maxTimeUnixMs = 0] = [times.at(0), times.at(-1)];
  const stream = { tenant, service: "shop", environment: "production" };
  stage.observe([{ ...stream, minTimeUnixMs, maxTimeUnixMs }]);
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows the shape
async function get<T>(path: string, key = "acme"): Promise<{ status: number; body: T }> {
  const answer = await api.server.inject({
    url: path,
    headers: { authorization: `Bearer ${key}`, host: "127.0.0.1" },
  });
  return { status: answer.statusCode, body: answer.json() };
}

async function find(metric: string, subject: string): Promise<Item> {
  const { body } = await get<{ items: Item[] }>(`/api/v1/series?metric=${metric}`);
  const item = body.items.find((each) => each.subject === subject);
  if (item === undefined) {
    throw new Error(`expected a series ${metric} of ${subject}`);
  }
  return item;
}

describe("GET /api/v1/series", () => {
  it("lists every followed series once, page by page", async () => {
    const seen: Item[] = [];
    let cursor = "";
    do {
      const { status, body } = await get<{ items: Item[]; nextCursor: string | null }>(
        `/api/v1/series?service=shop&limit=4&cursor=${cursor}`,
      );
      expect(status).toBe(200);
      seen.push(...body.items);
      cursor = body.nextCursor ?? "";
    } while (cursor !== "");
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
    expect(seen.map(({ metric, subject }) => `${metric}:${subject}`)).toEqual(
      expect.arrayContaining(["error_rate:chat", "latency:server", "cost_per_call:model-a"]),
    );
    expect(seen.map(({ metric }) => metric)).not.toContain("stream");
  });

  it("shows windows with what was expected, detections and change points", async () => {
    const { id, alerts } = await find("error_rate", "server");
    expect(alerts).toBeGreaterThan(0);
    const { body } = await get<Detail>(`/api/v1/series/${id}`);
    expect(body).toMatchObject({ id, stepSeconds: 300, metric: "error_rate", subject: "server" });
    expect(body.windows).toHaveLength(288);
    expect(body.windows.reduce((sum, { items }) => sum + items, 0)).toBe(1440 * 6);
    const late = body.windows.filter(({ time }) => Date.parse(time) >= start + 20 * hour);
    const mean = late.reduce((sum, { value }) => sum + value, 0) / late.length;
    expect(mean).toBeCloseTo(0.2, 1);
    expect(late.every(({ baseline }) => baseline < 0.02)).toBe(true);
    expect(body.detections).toEqual([
      expect.objectContaining({
        type: "error_regression",
        targetClass: "error_rate:chat",
        excerpt: expect.stringContaining("error rate of server"),
      }),
    ]);
    expect(body.changePoints).toEqual([
      expect.objectContaining({ time: new Date(start + 20 * hour).toISOString() }),
    ]);
  });

  it("shows each metric near the baseline of its own detector while nothing is wrong", async () => {
    for (const [metric, subject] of [
      ["latency", "chat"],
      ["cost_per_call", "model-a"],
      ["tokens_per_hour", ""],
      ["tokens_per_request", ""],
    ] as const) {
      const { id } = await find(metric, subject);
      const until = new Date(start + 19 * hour).toISOString();
      const { body } = await get<Detail>(
        `/api/v1/series/${id}?since=${new Date(start + 12 * hour).toISOString()}&until=${until}`,
      );
      expect(body.windows.length).toBeGreaterThan(400);
      const ratios = body.windows.map(({ value, baseline }) => value / baseline);
      const middle = ratios.toSorted((a, b) => a - b)[Math.floor(ratios.length / 2)] ?? 0;
      expect(middle).toBeGreaterThan(0.6);
      expect(middle).toBeLessThan(1.5);
    }
  });

  it("is bounded whatever stretch is asked for", async () => {
    const { id } = await find("error_rate", "chat");
    const { body } = await get<Detail>(`/api/v1/series/${id}?since=2001-01-01T00:00:00Z`);
    expect(body.stepSeconds).toBe(3 * 3600);
    expect(body.windows.length).toBe(8);
    const reversed = `/api/v1/series/${id}?since=2026-11-30T00:00:00Z&until=2020-01-01T00:00:00Z`;
    expect((await get<Detail>(reversed)).body.windows).toEqual([]);
    const far = "/api/v1/series?since=9999-01-01T00:00:00Z";
    expect((await get<{ items: Item[] }>(far)).body.items).toEqual([]);
    expect((await get(`/api/v1/series?since=yesterday`)).status).toBe(400);
  });

  it("keeps tenants apart", async () => {
    const { id } = await find("error_rate", "chat");
    expect((await get(`/api/v1/series/${id}`, "zeta")).status).toBe(404);
    const { body } = await get<{ items: Item[] }>("/api/v1/series?limit=500", "zeta");
    expect(body.items.length).toBeGreaterThan(0);
    expect(body.items.every(({ alerts }) => alerts === 0)).toBe(true);
  });
});
