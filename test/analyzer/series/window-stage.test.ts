import { createWindowStage, type WindowStage } from "../../../analyzer/series/window-stage.ts";
import { Config } from "../../../core/config/config.ts";
import { createLogger } from "../../../core/log.ts";
import type { Detection } from "../../../core/model/finding.ts";
import type { OpenedStore } from "../../../core/store/open-store.ts";
import { openMemoryStore } from "../../helpers/memory-store.ts";
import { type SpanRow, spanRows } from "./span-rows.ts";

const start = Date.UTC(2026, 10, 2);
const hour = 3_600_000;
const minute = 60_000;
const config = Config.parse({}).analyzer;

let store: OpenedStore;
let now = Date.UTC(2026, 10, 20);
let token = 0;
beforeAll(async () => {
  store = await openMemoryStore();
});
afterAll(() => store.close());
function newStage(changes: Partial<Config["analyzer"]> = {}): WindowStage {
  const logger = createLogger("silent");
  const stageConfig = { ...config, ...changes };
  return createWindowStage({ store, config: stageConfig, clock: { now: () => now }, logger });
}

async function insert(rows: readonly SpanRow[]): Promise<void> {
  token += 1;
  await store.writes.insert("otel_traces", rows, { token: `batch-${token}` });
}

function observe(stage: WindowStage, rows: readonly SpanRow[]): void {
  for (const [service, group] of Map.groupBy(rows, (row) => row.ServiceName)) {
    const times = group.map((row) => Date.parse(row.Timestamp));
    stage.observe([
      {
        tenant: "default",
        service,
        environment: "production",
        minTimeUnixMs: times.reduce((a, b) => Math.min(a, b)),
        maxTimeUnixMs: times.reduce((a, b) => Math.max(a, b)),
      },
    ]);
  }
}

/** Stores and observes; the windows close because nothing more comes. */
async function arrive(stage: WindowStage, rows: readonly SpanRow[]) {
  await insert(rows);
  observe(stage, rows);
  now += 11_000;
  return await stage.tick();
}

/** Twenty hours of healthy traffic, then four with one error in twenty. */
function badEvening(service: string, seed: number) {
  const healthy = spanRows({ seed, service, fromUnixMs: start, minutes: 1200, rate: 6 });
  const from = start + 20 * hour;
  const bad = { seed: seed + 1, service, fromUnixMs: from, minutes: 240, rate: 6 };
  return { healthy, bad: spanRows({ ...bad, errorRate: 0.05 }), onset: from };
}

async function stateOf(service: string): Promise<unknown[]> {
  return await store.reads.query(
    `SELECT Series, Metric, Subject, Unit, SeenUntil, State FROM series_state FINAL
     WHERE Tenant = 'default' AND Service = {service:String} ORDER BY Series`,
    { service },
  );
}

describe("window stage", () => {
  it("finds an error regression with its onset, as a complete detection", async () => {
    const { healthy, bad, onset } = badEvening("onset", 10);
    const { detections, retracted } = await arrive(newStage(), [...healthy, ...bad]);
    expect(retracted).toEqual([]);
    expect(new Set(detections.map(({ type }) => type))).toEqual(new Set(["error_regression"]));
    const detection = detections.find(({ targetClass }) => targetClass === "error_rate:server");
    expect(detection).toMatchObject({
      tenant: "default",
      service: "onset",
      environment: "production",
      version: "1.0.0",
      detector: "error-regression",
      rule: "error-rate",
      strength: "strong",
      session: "",
      traceId: "",
      location: "error_rate",
    });
    expect(detection?.excerpt).toMatch(
      /^error rate of server: \d\.\d\d % expected, \d\.\d\d % seen \(99 % interval .* spans\); expected false alarms 0\.000\d+ per day$/,
    );
    expect(detection?.onset?.fromUnixMs).toBeGreaterThan(onset - hour);
    expect(detection?.onset?.fromUnixMs).toBeLessThanOrEqual(onset + 10 * minute);
    expect(detection?.onset?.toUnixMs).toBeGreaterThanOrEqual(onset);
  });

  it("gives the same detections for one large tick and for many small ones", async () => {
    const { healthy, bad } = badEvening("steps", 20);
    const rows = [...healthy, ...bad];
    const whole = await arrive(newStage(), rows);
    const stage = newStage();
    const byStep = Map.groupBy(rows, (row) => stepOf(Date.parse(row.Timestamp)));
    const stepwise: Detection[] = [];
    for (const group of byStep.values()) {
      observe(stage, group);
      stepwise.push(...(await stage.tick()).detections);
    }
    now += 11_000;
    stepwise.push(...(await stage.tick()).detections);
    expect(whole.detections.length).toBeGreaterThan(0);
    expect(stepwise.toSorted(byId)).toEqual([...whole.detections].toSorted(byId));
  });

  it("resumes from a checkpoint to the same state, to the bit", async () => {
    const { healthy, bad } = badEvening("resume", 30);
    const rows = [...healthy, ...bad];
    const full = newStage();
    const expected = await arrive(full, rows);
    expect(expected.detections.length).toBeGreaterThan(0);
    await full.checkpoint();
    const expectedState = await stateOf("resume");
    expect(expectedState.length).toBeGreaterThan(8);
    await store.writes.command("TRUNCATE TABLE series_state");

    const first = newStage();
    const until = start + 20 * hour + 10 * minute;
    observe(
      first,
      rows.filter((row) => Date.parse(row.Timestamp) < until),
    );
    now += 11_000;
    const early = await first.tick();
    await first.checkpoint();
    expect(await stateOf("resume")).not.toEqual(expectedState);

    const second = newStage();
    await second.load();
    now += 11_000;
    const late = await second.tick();
    await second.checkpoint();
    const own = [...early.detections, ...late.detections].filter((d) => d.service === "resume");
    expect(own.toSorted(byId)).toEqual([...expected.detections].toSorted(byId));
    expect(await stateOf("resume")).toEqual(expectedState);
  });

  it("reads nothing again after a restart when nothing new was stored", async () => {
    const service = "unchanged";
    const rows = spanRows({ seed: 35, service, fromUnixMs: start, minutes: 60, rate: 6 });
    const first = newStage();
    await arrive(first, rows);
    await first.checkpoint();
    const second = newStage();
    await second.load();
    now += 11_000;
    await second.tick();
    await second.checkpoint();
    const [revisions] = await store.reads.query<{ count: number }>(
      `SELECT toUInt32(uniqExact(Revision)) AS count FROM series_state
       WHERE Tenant = 'default' AND Service = {service:String}`,
      { service },
    );
    expect(revisions).toEqual({ count: 1 });
  });

  it("retracts what late records disprove, and raises what they prove", async () => {
    const { healthy, bad } = badEvening("late", 40);
    const stage = newStage();
    const before = await arrive(stage, [...healthy, ...bad]);
    expect(before.detections.length).toBeGreaterThan(0);

    // Ten times the traffic of the bad hours, all of it fine, arrives a day late.
    const fine = { seed: 50, service: "late", fromUnixMs: start + 19 * hour, minutes: 300 };
    const diluted = await arrive(stage, spanRows({ ...fine, rate: 40, errorRate: 0 }));
    expect(diluted.detections).toEqual([]);
    expect(diluted.retracted.toSorted(byId)).toEqual([...before.detections].toSorted(byId));

    const worse = { seed: 60, service: "late", fromUnixMs: start + 22 * hour, minutes: 60 };
    now += 61_000;
    const proven = await arrive(stage, spanRows({ ...worse, rate: 40, errorRate: 0.5 }));
    expect(proven.retracted).toEqual([]);
    expect(proven.detections.length).toBeGreaterThan(0);
  });

  it("notices at load that records came after the checkpoint for windows before it", async () => {
    const { healthy, bad } = badEvening("crash", 70);
    const before = newStage();
    const quiet = await arrive(before, healthy);
    await before.checkpoint();
    expect(quiet.detections).toEqual([]);
    // Stored, but the process died before anyone was told.
    const shifted = bad.map((row) => ({
      ...row,
      Timestamp: new Date(Date.parse(row.Timestamp) - 6 * hour).toISOString(),
    }));
    await insert(shifted.map((row) => ({ ...row, StatusCode: "Error" })));
    const after = newStage();
    await after.load();
    now += 11_000;
    const { detections } = await after.tick();
    const own = detections.filter(({ service }) => service === "crash");
    // All operations fail at once: one finding, named after the deepest of them.
    expect(new Set(own.map(({ targetClass }) => targetClass))).toEqual(
      new Set(["error_rate:chat"]),
    );
    expect(own.map(({ excerpt }) => excerpt)).toContainEqual(
      expect.stringContaining("error rate of server"),
    );
  });

  it("does not close a window before the watermark or the pause", async () => {
    const stage = newStage();
    const rows = spanRows({ seed: 80, service: "slow", fromUnixMs: start, minutes: 10, rate: 6 });
    await insert(rows);
    observe(stage, rows);
    await stage.tick();
    await stage.checkpoint();
    const [row] = await seenUntil("slow");
    expect(row).toBe(start + 7 * minute);
    now += 10_000;
    await stage.tick();
    await stage.checkpoint();
    expect(await seenUntil("slow")).toEqual([start + 10 * minute]);
  });

  it("tells a tool that was never used before, with the span that used it", async () => {
    const service = "tools";
    const known = spanRows({ seed: 90, service, fromUnixMs: start, minutes: 1560, rate: 2 });
    const next = { seed: 91, service, fromUnixMs: start + 26 * hour, minutes: 5, rate: 4 };
    const stage = newStage();
    expect((await arrive(stage, known)).detections).toEqual([]);
    const { detections } = await arrive(stage, spanRows({ ...next, tool: "Read <Secrets>" }));
    expect(detections).toEqual([
      expect.objectContaining({
        type: "novel_value",
        targetClass: "novel.tool",
        tool: "read-secrets-",
        strength: "weak",
        severity: "low",
        timeUnixMs: start + 26 * hour + 2,
        traceId: "5b00000000".padStart(32, "0"),
      }),
    ]);
  });

  it("keeps what each series is beside its id", async () => {
    const rows = (await stateOf("tools")) as { Metric: string; Subject: string; Unit: string }[];
    expect(rows.length).toBe(0);
    const stage = newStage();
    await stage.load();
    now += 11_000;
    await stage.tick();
    await stage.checkpoint();
    const described = (await stateOf("tools")) as typeof rows;
    expect(described.map(({ Metric, Subject, Unit }) => [Metric, Subject, Unit])).toEqual(
      expect.arrayContaining([
        ["error_rate", "chat", "ratio"],
        ["latency", "server", "ms"],
        ["cost_per_call", "model-a", "USD"],
        ["tokens_per_hour", "", "tokens"],
        ["values", "tool", "values"],
      ]),
    );
  });
});

describe("a stream that stops while another goes on", () => {
  it("is told once, and taken back when its spans were only late", async () => {
    const stage = newStage();
    const steady = { seed: 200, fromUnixMs: start, rate: 4 };
    const other = spanRows({ ...steady, service: "going-on", minutes: 1800 });
    const stopping = { ...steady, seed: 201, service: "stopping" };
    const before = spanRows({ ...stopping, minutes: 1620 });
    const first = await arrive(stage, [...before, ...other]);
    expect(first.detections).toEqual([]);
    now += 120_000;
    const { detections } = await stage.tick();
    const stopped = start + 27 * hour;
    expect(detections).toEqual([
      expect.objectContaining({
        type: "no_data",
        service: "stopping",
        targetClass: "requests",
        strength: "strong",
      }),
    ]);
    expect(detections[0]?.timeUnixMs).toBeLessThanOrEqual(stopped + hour);
    expect(detections[0]?.onset?.toUnixMs).toBeGreaterThanOrEqual(stopped);
    expect((await stage.tick()).detections).toEqual([]);

    const late = { ...stopping, seed: 202, fromUnixMs: stopped, minutes: 180 };
    const after = await arrive(stage, spanRows(late));
    expect(after.detections).toEqual([]);
    expect(after.retracted).toEqual(detections);
  });
});

/** Which 37 minutes a time falls into. */
function stepOf(unixMs: number): number {
  return Math.floor((unixMs - start) / (37 * minute));
}

async function seenUntil(service: string): Promise<number[]> {
  const rows = await store.reads.query<{ seen: number }>(
    `SELECT DISTINCT toUnixTimestamp(SeenUntil) AS seen FROM series_state FINAL
     WHERE Tenant = 'default' AND Service = {service:String}`,
    { service },
  );
  return rows.map(({ seen }) => seen * 1000);
}

function byId(a: Detection, b: Detection): number {
  return a.id.localeCompare(b.id);
}

it("follows as many streams of each tenant as it may name, and new ones for silent ones", async () => {
  const stage = newStage({ maxSeriesValues: 3 });
  function arriveNow(tenant: string, service: string): void {
    const times = { minTimeUnixMs: now, maxTimeUnixMs: now };
    stage.observe([{ tenant, service, environment: "", ...times }]);
  }
  for (let i = 0; i < 10; i += 1) {
    arriveNow("loud", `service-${i}`);
    arriveNow("loud", `service-${i}`);
  }
  arriveNow("quiet", "shop");
  expect(stage.stats()).toMatchObject({ streams: 5, unfollowedStreams: 6 });
  now += 23 * hour;
  arriveNow("loud", "service-0");
  now += 2 * hour;
  await stage.checkpoint();
  expect(stage.stats()).toMatchObject({ streams: 2, unfollowedStreams: 0 });
  arriveNow("loud", "newcomer");
  expect(stage.stats()).toMatchObject({ streams: 3, unfollowedStreams: 0 });
});
