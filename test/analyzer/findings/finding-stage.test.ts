import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { createFindingStage, type FindingStage } from "../../../analyzer/findings/finding-stage.ts";
import { openLmdbCommands } from "../../../core/commands/lmdb-commands.ts";
import { listFindings, readFinding } from "../../../core/findings/read-findings.ts";
import { createLogger } from "../../../core/log.ts";
import type { Detection, FindingStatus } from "../../../core/model/finding.ts";
import { findingFingerprint } from "../../../core/model/identity.ts";
import type { OpenedStore } from "../../../core/store/open-store.ts";
import type { Store } from "../../../core/store/store.ts";
import { StoreError } from "../../../core/store/store-error.ts";
import { insertChanges, makeChange } from "../../helpers/change.ts";
import { makeDetection } from "../../helpers/detection.ts";
import { createFixedClock } from "../../helpers/fixed-clock.ts";
import { openMemoryStore } from "../../helpers/memory-store.ts";

const day = 86_400_000;
const first = Date.parse("2026-11-02T12:00:00Z");
const allItems = { limit: 500, after: null };

let store: OpenedStore;
let commands: ReturnType<typeof openLmdbCommands>;
let commandsDir: string;
let stage: FindingStage;
let tenants = 0;
const clock = createFixedClock("2026-11-20T12:00:00Z");

beforeAll(async () => {
  store = await openMemoryStore();
  commandsDir = mkdtempSync(join(tmpdir(), "telltale-commands-"));
  commands = openLmdbCommands({ dir: commandsDir });
  stage = startStage();
});

afterAll(async () => {
  await commands.close();
  await store.close();
  rmSync(commandsDir, { recursive: true });
});

/** A tenant of its own; the stage is shared, as it is in a process. */
function setUp() {
  tenants += 1;
  const tenant = `t${tenants}`;
  return {
    tenant,
    detection: (parts: Partial<Detection> = {}) => makeDetection({ ...parts, tenant }),
    list: async () => (await listFindings(store.reads, tenant, {}, allItems)).items,
    judge: (id: string, status: FindingStatus, until: number | null = null) =>
      judge({ tenant, id, status, until, now: clock.now() }),
  };
}

/** A stage after a start, optionally with a store that refuses findings. */
function startStage(faults = { refusesFindings: false }): FindingStage {
  const writes: Store = {
    ...store.writes,
    insert: async (table, rows, options) => {
      if (faults.refusesFindings && table === "findings") {
        throw new Error("refused");
      }
      await store.writes.insert(table, rows, options);
    },
  };
  const stores = { reads: store.reads, writes };
  return createFindingStage({ store: stores, commands, clock, logger: createLogger("silent") });
}

/** What the projector of the feedback part writes for a person's decision. */
async function judge(decision: {
  tenant: string;
  id: string;
  status: FindingStatus;
  until: number | null;
  now: number;
}): Promise<void> {
  const { tenant, id, status, until, now } = decision;
  await store.writes.insert("finding_status", [
    {
      Tenant: tenant,
      FindingId: id,
      Status: status,
      Reason: "decided",
      Until: until === null ? null : new Date(until).toISOString(),
      Actor: "local:test",
      ChangedAt: new Date(now).toISOString(),
      Revision: now,
    },
  ]);
}

async function statusEvents(tenant: string, id: string): Promise<unknown[]> {
  const events = await commands.read(`finding/${tenant}/${id}`);
  return events.map(({ actor, type, data }) => ({ actor, type, ...data }));
}

function record(into: FindingStage, detections: readonly Detection[], receivedAt = first + day) {
  return into.record(detections, { stage: "record", receivedAtUnixMs: receivedAt });
}

describe("promotion", () => {
  it.each([
    { name: "one weak detection stays an observation", parts: [{}], findings: 0 },
    { name: "two rules in one session", parts: [{}, { rule: "other" }], findings: 1 },
    {
      name: "one rule in two sessions",
      parts: [{}, { session: "session-2", spanId: "2".repeat(16) }],
      findings: 1,
    },
    {
      name: "one rule twice in one session stays an observation",
      parts: [{}, { spanId: "2".repeat(16) }],
      findings: 0,
    },
    {
      name: "one rule in two windows",
      parts: [
        { session: "", series: "s", id: "w1" },
        { session: "", series: "s", id: "w2", timeUnixMs: first + 60_000 },
      ],
      findings: 1,
    },
    { name: "one strong detection", parts: [{ strength: "strong" as const }], findings: 1 },
  ])("$name", async ({ parts, findings }) => {
    const { detection, list } = setUp();
    const weak = { strength: "weak" as const, timeUnixMs: first };
    await record(
      stage,
      parts.map((part) => detection({ ...weak, ...part })),
    );
    expect(await list()).toHaveLength(findings);
  });

  it("counts detections that were observations before", async () => {
    const { detection, list } = setUp();
    await record(stage, [detection({ strength: "weak", timeUnixMs: first })]);
    expect(await list()).toEqual([]);
    await record(stage, [
      detection({ timeUnixMs: first + 5000, session: "session-2", spanId: "2".repeat(16) }),
    ]);
    expect(await list()).toMatchObject([
      { occurrences: 2, sessions: 2, firstSeen: "2026-11-02T12:00:00.000Z" },
    ]);
  });
});

describe("a finding", () => {
  it("counts each detection once, however often it is recorded", async () => {
    const { detection, list, tenant } = setUp();
    const detections = [1, 2, 3].map((n) =>
      detection({ spanId: String(n).repeat(16), timeUnixMs: first + n, maskedValue: `v${n % 2}` }),
    );
    await record(stage, detections);
    const before = await list();
    await record(stage, detections, first + 9 * day);
    await record(startStage(), [...detections, ...detections], first + 10 * day);
    expect(await list()).toEqual(before);
    expect(before).toMatchObject([{ occurrences: 3, sessions: 1, backfilled: false }]);
    const rows = await store.reads.query(
      "SELECT count() AS n FROM detections FINAL WHERE Tenant = {tenant:String}",
      { tenant },
    );
    expect(rows).toEqual([{ n: 3 }]);
  });

  it("takes the severity of what is strong or succeeded, not of weak attempts", async () => {
    const { detection, list } = setUp();
    await record(stage, [
      detection({ id: "a", severity: "medium" }),
      detection({ id: "b", severity: "critical", strength: "weak" }),
    ]);
    expect(await list()).toMatchObject([{ severity: "medium" }]);
    await record(stage, [
      detection({ id: "b", severity: "critical", strength: "weak", outcome: "success" }),
    ]);
    expect(await list()).toMatchObject([{ severity: "critical", occurrences: 2 }]);
  });

  it("keeps the first and the newest ten of each masked value as evidence", async () => {
    const { detection, list, tenant } = setUp();
    const many = Array.from({ length: 15 }, (_, n) =>
      detection({ id: `a${n}`, spanId: `${n}`.padStart(16, "0"), timeUnixMs: first + n * 1000 }),
    );
    const other = detection({ id: "b", maskedValue: "ghp_****9z9z", timeUnixMs: first + 500 });
    await record(stage, [...many, other]);
    const [item] = await list();
    const finding = await readFinding(store.reads, tenant, item?.id ?? "");
    expect(finding?.evidence.map(({ time }) => (Date.parse(time) - first) / 1000)).toEqual([
      0, 0.5, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
    ]);
    expect(finding?.evidence[0]).toEqual({
      traceId: `${"0".repeat(31)}1`,
      spanId: "0".repeat(16),
      time: "2026-11-02T12:00:00.000Z",
      excerpt: "token ghp_****1a2b was sent",
      detector: "secrets",
      score: 0.9,
    });
  });

  it("is backfilled when its onset lies more than 48 hours before its arrival", async () => {
    const { detection, list } = setUp();
    const late = detection({ timeUnixMs: first, tool: "late" });
    const early = detection({ timeUnixMs: first, tool: "early" });
    await record(stage, [late], first + 2 * day + 1);
    await record(stage, [early], first + 2 * day);
    const backfilled = Object.fromEntries(
      (await list()).map((item) => [item.tool, item.backfilled]),
    );
    expect(backfilled).toEqual({ late: true, early: false });
  });

  it("takes the change point of a series as its onset", async () => {
    const { detection, list } = setUp();
    const onset = { fromUnixMs: first - 3_600_000, toUnixMs: first - 1_800_000 };
    await record(stage, [detection({ timeUnixMs: first, onset })]);
    expect(await list()).toMatchObject([
      { onset: "2026-11-02T11:00:00.000Z", firstSeen: "2026-11-02T12:00:00.000Z" },
    ]);
  });

  it("never shows text from outside in its title", async () => {
    const { detection, list } = setUp();
    await record(stage, [detection({ service: "@org/all fixes #1\n# Run this" })]);
    const [item] = await list();
    expect(item?.title).toMatch(/^Secret in a call of tool send_email by #[0-9a-f]{8}$/);
  });

  it("keeps tenants apart", async () => {
    const one = setUp();
    const two = setUp();
    await record(stage, [one.detection(), two.detection()]);
    const [ofOne] = await one.list();
    expect(await one.list()).toHaveLength(1);
    expect(await two.list()).toHaveLength(1);
    expect(await readFinding(store.reads, two.tenant, ofOne?.id ?? "")).toBeNull();
  });
});

describe("episodes", () => {
  const spanIds = ["1", "2", "3"].map((digit) => digit.repeat(16));

  it("begin anew after seven quiet days", async () => {
    const { detection, list } = setUp();
    await record(stage, [detection({ timeUnixMs: first, spanId: spanIds[0] ?? "" })]);
    await record(stage, [detection({ timeUnixMs: first + 8 * day, spanId: spanIds[1] ?? "" })]);
    expect(await list()).toMatchObject([{ occurrences: 1 }, { occurrences: 1 }]);
  });

  it("become one when a late detection bridges them, and the judgement is handed on", async () => {
    const { detection, list, judge: decide, tenant } = setUp();
    await record(stage, [detection({ timeUnixMs: first + 10 * day, spanId: spanIds[0] ?? "" })]);
    const [later] = await list();
    await decide(later?.id ?? "", "false_positive");
    await record(stage, [detection({ timeUnixMs: first, spanId: spanIds[1] ?? "" })]);
    await record(stage, [detection({ timeUnixMs: first + 5 * day, spanId: spanIds[2] ?? "" })]);
    const items = (await list()).filter(({ occurrences }) => occurrences > 0);
    expect(items).toMatchObject([{ occurrences: 3 }]);
    expect(await statusEvents(tenant, later?.id ?? "")).toEqual([
      { actor: "telltale", type: "status", status: "resolved", reason: "recomputed", until: null },
    ]);
    expect(await statusEvents(tenant, items[0]?.id ?? "")).toEqual([
      {
        actor: "telltale",
        type: "status",
        status: "false_positive",
        reason: "decided",
        until: null,
      },
    ]);
  });

  it("begin anew after a resolution, even for events that lie before it", async () => {
    const { detection, list, judge: decide } = setUp();
    await record(stage, [detection({ timeUnixMs: first, spanId: spanIds[0] ?? "" })], clock.now());
    const [resolved] = await list();
    clock.advance(1000);
    await decide(resolved?.id ?? "", "resolved");
    clock.advance(1000);
    const again = detection({ timeUnixMs: first + 60_000, spanId: spanIds[1] ?? "" });
    await record(stage, [again], clock.now());
    expect(await list()).toMatchObject([
      { status: "open", occurrences: 1 },
      { status: "resolved", id: resolved?.id, occurrences: 1 },
    ]);
  });

  it("leave a resolved finding resolved when its detections come again", async () => {
    const { detection, list, judge: decide } = setUp();
    const detections = [detection({ timeUnixMs: first })];
    await record(stage, detections, clock.now());
    const [item] = await list();
    clock.advance(1000);
    await decide(item?.id ?? "", "resolved");
    clock.advance(1000);
    await record(stage, detections, clock.now());
    expect(await list()).toMatchObject([{ id: item?.id, status: "resolved" }]);
  });

  it.each([
    { status: "muted" as const, until: null, findings: 1, shown: "muted" },
    { status: "false_positive" as const, until: null, findings: 1, shown: "false_positive" },
    { status: "acknowledged" as const, until: null, findings: 2, shown: "acknowledged" },
    { status: "muted" as const, until: first + day, findings: 2, shown: "open" },
  ])("of a finding that is $status until $until", async ({ status, until, findings, shown }) => {
    const { detection, list, judge: decide } = setUp();
    await record(stage, [detection({ timeUnixMs: first, spanId: spanIds[0] ?? "" })]);
    const [item] = await list();
    await decide(item?.id ?? "", status, until);
    await record(stage, [detection({ timeUnixMs: first + 9 * day, spanId: spanIds[1] ?? "" })]);
    const items = await list();
    expect(items).toHaveLength(findings);
    expect(items.find(({ id }) => id === item?.id)?.status).toBe(shown);
  });
});

describe("retraction", () => {
  it("resolves a finding that lost all its detections, and opens it when they return", async () => {
    const { detection, list, tenant } = setUp();
    const detections = [1, 2].map((n) => detection({ spanId: String(n).repeat(16) }));
    await record(stage, detections);
    const [item] = await list();
    await stage.retract(detections.slice(0, 1));
    expect(await list()).toMatchObject([{ id: item?.id, occurrences: 1 }]);
    await stage.retract(detections);
    expect(await list()).toMatchObject([{ id: item?.id, occurrences: 0, sessions: 0 }]);
    await record(stage, detections);
    expect(await list()).toMatchObject([{ id: item?.id, occurrences: 2 }]);
    expect(await statusEvents(tenant, item?.id ?? "")).toMatchObject([
      { status: "resolved", reason: "recomputed" },
      { status: "open", reason: "recomputed" },
    ]);
  });

  it("ignores detections that were never stored", async () => {
    const { detection, list } = setUp();
    await stage.retract([detection()]);
    expect(await list()).toEqual([]);
  });

  it("splits an episode whose bridge is taken away", async () => {
    const { detection, list } = setUp();
    const [a, bridge, b] = [0, 5, 10].map((n) =>
      detection({ timeUnixMs: first + n * day, spanId: String(n).padStart(16, "0") }),
    );
    if (a === undefined || bridge === undefined || b === undefined) {
      throw new Error("expected three detections");
    }
    await record(stage, [a, bridge, b]);
    await stage.retract([bridge]);
    expect(await list()).toMatchObject([{ occurrences: 1 }, { occurrences: 1 }]);
  });
});

describe("attribution", () => {
  const revision = "b".repeat(40);

  it("is there with the finding, and again when a change arrives late", async () => {
    const { detection, list, tenant } = setUp();
    await record(stage, [detection({ timeUnixMs: first })]);
    const [before] = await list();
    expect(before?.attribution).toMatchObject([{ changeId: null, probability: 1 }]);
    clock.advance(5000);
    const commit = makeChange({
      tenant,
      kind: "commit",
      changeId: revision,
      revision,
      repository: "https://git.example/shop",
      timeUnixMs: first - 7_200_000,
      files: ["src/agent/tools.ts"],
      message: "Add send_email",
    });
    const deployment = makeChange({
      tenant,
      changeId: "dep-1",
      service: "shop",
      environment: "production",
      repository: "https://git.example/shop",
      revision,
      timeUnixMs: first - 3_600_000,
    });
    await insertChanges(store.writes, [commit, deployment]);
    await stage.changesArrived([commit, deployment]);
    const [after] = await list();
    expect(after?.attribution[0]).toMatchObject({ changeId: revision, kind: "commit" });
    expect(after?.attributedAt).toBe(new Date(clock.now()).toISOString());
    expect(after?.occurrences).toBe(1);
  });

  it("is not touched by a change of another service or after the onset", async () => {
    const { detection, list, tenant } = setUp();
    await record(stage, [detection({ timeUnixMs: first })]);
    const before = await list();
    clock.advance(5000);
    const changes = [
      makeChange({ tenant, changeId: "x", service: "other", timeUnixMs: first - 1000 }),
      makeChange({ tenant, changeId: "y", service: "shop", timeUnixMs: first + 3_600_000 }),
    ];
    await insertChanges(store.writes, changes);
    for (const change of changes) {
      await stage.changesArrived([change]);
    }
    expect(await list()).toEqual(before);
  });

  it("follows new evidence a minute later", async () => {
    const { detection, list } = setUp();
    await record(stage, [detection({ timeUnixMs: first })]);
    clock.advance(1000);
    await record(stage, [detection({ timeUnixMs: first + 1, spanId: "2".repeat(16) })]);
    const [before] = await list();
    clock.advance(61_000);
    await stage.tick();
    const [after] = await list();
    expect(Date.parse(after?.attributedAt ?? "")).toBe(clock.now());
    expect(after).toEqual({ ...before, attributedAt: after?.attributedAt });
  });
});

describe("a failure between detections and findings", () => {
  it("is made good by the first call after the next start", async () => {
    const { detection, list } = setUp();
    const failing = startStage({ refusesFindings: true });
    await expect(record(failing, [detection()])).rejects.toThrow("refused");
    expect(await list()).toEqual([]);
    await startStage().tick();
    expect(await list()).toMatchObject([{ occurrences: 1 }]);
  });

  it("is made good by a repetition in the same process", async () => {
    const { detection, list } = setUp();
    const faults = { refusesFindings: true };
    const flaky = startStage(faults);
    await expect(record(flaky, [detection()])).rejects.toThrow("refused");
    faults.refusesFindings = false;
    await record(flaky, [detection()]);
    expect(await list()).toMatchObject([{ occurrences: 1 }]);
  });
});

describe("a fingerprint that is too large to be summed up", () => {
  it("is put off without stopping the others or the batch", async () => {
    const { detection, list } = setUp();
    const large = detection({ id: "large", tool: "large" });
    const small = ["a", "b", "c"].map((id) => detection({ id, tool: id }));
    const faults = { tooLarge: findingFingerprint(large) };
    const reads: Store = {
      ...store.reads,
      query: async (sql, params) => {
        const { fingerprints } = (params ?? {}) as { fingerprints?: string[] };
        if (sql.includes("uniqExact") && fingerprints?.includes(faults.tooLarge)) {
          throw new StoreError("too large", { code: "241", type: "MEMORY_LIMIT_EXCEEDED" });
        }
        return await store.reads.query(sql, params);
      },
    };
    const stores = { reads, writes: store.writes };
    const logger = createLogger("silent");
    const limited = createFindingStage({ store: stores, commands, clock, logger });
    await record(limited, [...small.slice(0, 1), large, ...small.slice(1)]);
    expect((await list()).map(({ tool }) => tool).toSorted()).toEqual(["a", "b", "c"]);
    faults.tooLarge = "";
    clock.advance(600_000);
    await limited.tick();
    expect(await list()).toHaveLength(4);
  });
});

describe("order of arrival", () => {
  const anyDetection = fc
    .record({
      hours: fc.integer({ min: 0, max: 30 * 24 }),
      tool: fc.constantFrom("a", "b"),
      rule: fc.constantFrom("r1", "r2"),
      session: fc.constantFrom("s1", "s2", "s3"),
      strength: fc.constantFrom("weak" as const, "strong" as const),
      severity: fc.constantFrom("low" as const, "high" as const),
    })
    .map(({ hours, ...rest }) => ({
      ...rest,
      timeUnixMs: first + hours * 3_600_000,
      spanId: hours.toString(16).padStart(16, "0"),
    }));

  it("does not matter, in whatever batches", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyDetection, { minLength: 1, maxLength: 8 }),
        fc.array(fc.nat(), { minLength: 8, maxLength: 8 }),
        fc.integer({ min: 2, max: 8 }),
        async (parts, keys, batchSize) => {
          const inOrder = await arrive([parts.toSorted((a, b) => a.timeUnixMs - b.timeUnixMs)]);
          const shuffled = parts
            .map((part, i) => ({ part, key: keys[i] ?? 0 }))
            .toSorted((a, b) => a.key - b.key)
            .map(({ part }) => part);
          const batches = Array.from({ length: Math.ceil(parts.length / batchSize) }, (_, i) =>
            shuffled.slice(i * batchSize, (i + 1) * batchSize),
          );
          expect(await arrive([...batches, ...batches.slice(0, 1)])).toEqual(inOrder);
        },
      ),
      { numRuns: 15 },
    );
  });

  /** The findings that follow, without what names the tenant. */
  async function arrive(batches: readonly Partial<Detection>[][]): Promise<unknown> {
    const { detection, list, tenant } = setUp();
    for (const batch of batches) {
      await record(stage, batch.map(detection), first + 31 * day);
    }
    const items = (await list()).filter(({ occurrences }) => occurrences > 0);
    const findings = await Promise.all(items.map(({ id }) => readFinding(store.reads, tenant, id)));
    return findings
      .map((finding) => ({ ...finding, id: "", tenant: "", fingerprint: "" }))
      .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
});

describe("a flood", () => {
  it("of one fingerprint is stored in few statements and counted in the end", async () => {
    const { detection, list } = setUp();
    const flood = Array.from({ length: 3000 }, (_, n) =>
      detection({ id: `f${n}`, session: `s${n}`, timeUnixMs: first + n }),
    );
    await record(stage, flood.slice(0, 2500));
    await record(stage, flood.slice(2500));
    clock.advance(10_000);
    await stage.tick();
    expect(await list()).toMatchObject([{ occurrences: 3000, sessions: 3000 }]);
  });

  it("of fingerprints ranks all of them, the last ones in later ticks", async () => {
    const { detection, list } = setUp();
    await record(
      stage,
      Array.from({ length: 250 }, (_, n) => detection({ id: `n${n}`, tool: `tool-${n}` })),
    );
    expect(await list()).toHaveLength(250);
    for (let tick = 0; tick < 8; tick += 1) {
      clock.advance(1000);
      await stage.tick();
    }
    const items = await list();
    expect(items.every(({ attributedAt }) => attributedAt !== null)).toBe(true);
  });
});

it("names a finding by fingerprint, not by detector", async () => {
  const { detection, list } = setUp();
  const detections = [detection({ id: "a" }), detection({ id: "b", detector: "other" })];
  await record(stage, detections);
  expect(await list()).toMatchObject([
    {
      detectors: ["other", "secrets"],
      fingerprint: findingFingerprint(detections[0] as Detection),
    },
  ]);
});
