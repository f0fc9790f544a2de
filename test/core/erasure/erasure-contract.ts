import { execFileSync } from "node:child_process";
import { gzipSync } from "node:zlib";
import {
  deletedTables,
  rewrittenTables,
  untouchedTables,
} from "../../../core/erasure/erasable-tables.ts";
import { eraseSubject } from "../../../core/erasure/erase-subject.ts";
import type { OpenedStore } from "../../../core/store/open-store.ts";
import type { QueryParams } from "../../../core/store/store.ts";
import { createApiClient } from "../../helpers/api-client.ts";
import { insertChanges, makeChange } from "../../helpers/change.ts";
import { spanRow } from "../../helpers/span-row.ts";
import { keySetting, openTestApi, type TestApi } from "../../helpers/test-api.ts";

/** What an erasure promises, wherever the store is. */
export function describeErasure(open: () => Promise<OpenedStore>): void {
  const ada = "ada.lovelace@example.org";
  const bob = "bob@example.org";
  const settings = {
    auth: {
      apiKeys: [
        keySetting("acme", "acme", ["read", "admin"]),
        keySetting("zeta", "zeta", ["read", "admin"]),
      ],
    },
  };

  let api: TestApi;
  let ask: ReturnType<typeof createApiClient>;

  const notes = new Map([
    ["acme", [`written by ${ada}`, "written by Bob"]],
    ["zeta", [`written by ${ada}`]],
  ]);
  const textStores = [
    {
      place: "notes",
      async eraseWhere(tenant: string, test: (text: string) => boolean) {
        const before = notes.get(tenant) ?? [];
        const after = before.filter((note) => !test(note));
        notes.set(tenant, after);
        return before.length - after.length;
      },
    },
  ];

  beforeAll(async () => {
    api = await openTestApi({ settings, textStores, store: await open() });
    ask = createApiClient(api.server);
    for (const tenant of ["acme", "zeta"]) {
      await seed(tenant);
    }
  });

  afterAll(() => api.close());

  function hex(text: string, length: number): string {
    return Buffer.from(text).toString("hex").padEnd(length, "0").slice(0, length);
  }

  type SpanColumns = Record<string, unknown> & { readonly Session: string };

  function span(tenant: string, id: string, columns: SpanColumns): object {
    const trace = hex(columns.Session, 32);
    return spanRow({ Tenant: tenant, TraceId: trace, SpanId: hex(id, 16), ...columns });
  }

  async function seed(tenant: string): Promise<void> {
    const { writes } = api.store;
    await writes.insert("otel_traces", [
      // A session of Ada alone: its second span carries no user.
      span(tenant, "a1", { Session: "s-ada", SpanAttributes: { "user.id": ada } }),
      span(tenant, "a2", { Session: "s-ada", StatusMessage: "a private question" }),
      // A span without the conversation, in a trace of that session.
      span(tenant, "a3", { Session: hex("s-ada", 32), TraceId: hex("s-ada", 32) }),
      // A session that two share: only Ada's own span goes.
      span(tenant, "s1", { Session: "s-both", SpanAttributes: { "enduser.id": ada } }),
      span(tenant, "s2", { Session: "s-both", SpanAttributes: { "enduser.id": bob } }),
      span(tenant, "s3", { Session: "s-both" }),
      span(tenant, "b1", { Session: "s-bob", SpanAttributes: { "user.id": `x${ada}` } }),
      span(tenant, "e1", {
        Session: "s-event",
        "Events.Timestamp": ["2026-11-20T10:00:00Z"],
        "Events.Name": ["e"],
        "Events.Attributes": [{ "user.email": ada }],
      }),
      span(tenant, "t1", { Session: "s-text", SpanAttributes: { note: `write to ${ada} now` } }),
    ]);
    const log = { Tenant: tenant, Timestamp: "2026-11-20T10:00:00Z", ServiceName: "shop" };
    await writes.insert("otel_logs", [
      { ...log, Body: "one", Session: "s-ada" },
      { ...log, Body: "two", Session: "s-log", LogAttributes: { "user.email": ada } },
      { ...log, Body: "three", Session: "s-bob", ResourceAttributes: { "user.id": bob } },
    ]);
    const metric = { Tenant: tenant, MetricName: "m", TimeUnix: "2026-11-20T10:00:00Z" };
    await writes.insert("otel_metrics_sum", [
      { ...metric, Value: 1, Attributes: { "user.account_uuid": ada } },
      { ...metric, Value: 2, Attributes: { "user.account_uuid": bob } },
    ]);
    const detection = {
      Tenant: tenant,
      Fingerprint: "print",
      Time: "2026-11-20T10:00:00Z",
      Detector: "d",
      Revision: 4,
    };
    await writes.insert("detections", [
      {
        ...detection,
        Id: "1",
        Session: "s-ada",
        Excerpt: "a private question",
        MaskedValue: "a****",
      },
      {
        ...detection,
        Id: "2",
        TraceId: hex("s-both", 32),
        SpanId: hex("s1", 16),
        Excerpt: "words",
      },
      { ...detection, Id: "3", Session: "s-bob", Excerpt: "Bob's words" },
      { ...detection, Id: "4", Session: "s-bob", Excerpt: `mail for ${ada}.` },
    ]);
    await insertChanges(writes, [
      makeChange({
        tenant,
        changeId: "c1",
        revision: "c1",
        author: `Ada Lovelace <${ada}>`,
        message: `Fix it\n\nSigned-off-by: Ada <${ada}>\nReviewed-by: ${bob}`,
      }),
      makeChange({ tenant, changeId: "c2", author: `Bob <${bob}>`, message: "nobody's" }),
    ]);
    await api.commands.append(`finding/${tenant}/1`, 0, {
      type: "status",
      actor: ada,
      timeUnixMs: 1,
      data: { status: "muted", reason: `"mine", says ${ada}` },
    });
    await api.audit.append({
      actor: "somebody",
      action: "finding.status",
      subject: `finding/${tenant}/1`,
      data: { reason: `asked by ${ada}` },
    });
  }

  interface Report {
    readonly pseudonym: string;
    readonly complete: boolean;
    readonly waiting: number;
    readonly oldParts: number;
    readonly places: readonly { place: string; action: string; before: number; after: number }[];
  }

  /** Without waiting for old files unless told. */
  function erase(about: object, key = "acme") {
    const body = { waitSeconds: 0, ...about };
    const headers = { authorization: `Bearer ${key}` };
    return ask<Report>({ method: "POST", url: "/api/v1/erase", body, headers });
  }

  /** Before and after, of the places where something was. */
  function found({ places }: Pick<Report, "places">): Record<string, [number, number]> {
    return Object.fromEntries(
      places.filter(({ before }) => before > 0).map((row) => [row.place, [row.before, row.after]]),
    );
  }

  async function column(table: string, name: string, tenant: string): Promise<string[]> {
    const rows = await api.store.reads.query<{ value: string }>(
      `SELECT toString(${name}) AS value FROM ${table}${table.startsWith("otel") ? "" : " FINAL"}
    WHERE Tenant = {tenant:String} ORDER BY value`,
      { tenant },
    );
    return rows.map(({ value }) => value);
  }

  function spanNames(ids: readonly string[]): string[] {
    return ids.map((id) => hex(id, 16)).toSorted();
  }

  it("says of every table what an erasure does with it", async () => {
    const rows = await api.store.reads.query<{ name: string }>(
      `SELECT name FROM system.tables WHERE database = 'telltale' AND engine LIKE '%MergeTree'
    AND name != 'schema_migrations' ORDER BY name`,
    );
    const known = [...deletedTables, ...rewrittenTables].map(({ table }) => table);
    const all = [...known, ...Object.keys(untouchedTables)].toSorted();
    expect(all).toEqual(rows.map(({ name }) => name));
  });

  it("removes a person everywhere and proves it", async () => {
    await append("acme", gzipSync(`{"user":"${ada}"}`), "gzip");
    await append("acme", Buffer.from('{"user":"bob"}'), "identity");
    await append("zeta", Buffer.from(`{"user":"${ada}"}`), "identity");
    await api.queue.bury("bad");
    const { status, body } = await erase({ subject: ada });
    expect(status).toBe(200);
    expect(found(body)).toEqual({
      dead_letters: [1, 0],
      notes: [1, 0],
      commands: [1, 0],
      changes: [1, 0],
      detections: [3, 0],
      otel_metrics_sum: [1, 0],
      otel_logs: [2, 0],
      otel_traces: [5, 0],
      audit: [1, 0],
    });
    expect(body).toMatchObject({ complete: true, waiting: 0 });
    expect(await column("otel_traces", "SpanId", "acme")).toEqual(
      spanNames(["s2", "s3", "b1", "t1"]),
    );
    expect(await column("otel_logs", "Body", "acme")).toEqual(["three"]);
    expect(await column("otel_metrics_sum", "Value", "acme")).toEqual(["2"]);
  });

  async function append(tenant: string, body: Buffer, contentEncoding: "gzip" | "identity") {
    await api.queue.producer.append({
      tenant,
      signal: "logs",
      receivedAtUnixMs: api.clock.now(),
      contentType: "json",
      contentEncoding,
      acceptedCount: 1,
      rejectedOrdinals: [],
      rejected: {},
      body,
    });
  }

  it("keeps what was done, without who did it", async () => {
    const { pseudonym } = (await erase({ subject: ada })).body;
    expect(pseudonym).toMatch(/^erased:[0-9a-f]{32}$/);
    const changes = await api.store.reads.query<Record<string, string>>(
      "SELECT ChangeId, Author, Message FROM changes FINAL WHERE Tenant = 'acme' ORDER BY ChangeId",
    );
    expect(changes).toEqual([
      {
        ChangeId: "c1",
        Author: pseudonym,
        Message: `Fix it\n\nSigned-off-by: Ada <${pseudonym}>\nReviewed-by: ${bob}`,
      },
      { ChangeId: "c2", Author: `Bob <${bob}>`, Message: "nobody's" },
    ]);
    expect(await column("detections", "Excerpt", "acme")).toEqual([
      "Bob's words",
      "[erased]",
      "[erased]",
      `mail for ${pseudonym}.`,
    ]);
  });

  it("keeps decisions, without who made them", async () => {
    const { pseudonym } = (await erase({ subject: ada })).body;
    const [event] = await api.commands.read("finding/acme/1");
    expect(event).toMatchObject({
      actor: pseudonym,
      data: { status: "muted", reason: `"mine", says ${pseudonym}` },
    });
    const [other] = await api.commands.read("finding/zeta/1");
    expect(other).toMatchObject({ actor: ada });
  });

  it("leaves other tenants alone", async () => {
    expect(notes.get("zeta")).toHaveLength(1);
    expect(await column("otel_traces", "SpanId", "zeta")).toHaveLength(9);
    expect(await column("otel_logs", "Body", "zeta")).toHaveLength(3);
    expect(await column("changes", "Author", "zeta")).toContain(`Ada Lovelace <${ada}>`);
    expect(api.queue.deadLetters.list(10, "", "zeta").items).toHaveLength(1);
    const { items } = await api.audit.list({ limit: 10, cursor: null });
    expect(items.find(({ subject }) => subject === "finding/zeta/1")?.data).not.toBeNull();
  });

  it("can be repeated", async () => {
    const { body } = await erase({ subject: ada });
    expect(found(body)).toEqual({});
    expect(body.complete).toBe(true);
    const left = await api.store.reads.query("SELECT * FROM erasure_scope");
    expect(left).toEqual([]);
  });

  it("notes it in the audit log without the id, and the chain still verifies", async () => {
    const { items } = await api.audit.list({ limit: 100, cursor: null });
    const own = items.filter(({ subject }) => !subject.startsWith("finding/zeta/"));
    expect(JSON.stringify(own)).not.toContain(ada);
    expect(own.filter(({ action }) => action === "erase").length).toBeGreaterThan(0);
    expect(await api.audit.verify()).toMatchObject({ ok: true });
  });

  it("finds the id in texts when asked to", async () => {
    const byText = await erase({ subject: ada, matchText: true });
    // The address with one letter more in front holds the address too.
    expect(found(byText.body)).toEqual({ otel_traces: [2, 0] });
  });

  it("erases a session alone", async () => {
    const { body } = await erase({ subject: "s-both", kind: "session" });
    expect(found(body)).toEqual({ otel_traces: [2, 0] });
    expect(await column("otel_traces", "SpanId", "acme")).toEqual([]);
  });

  it("leaves no byte of the id in any file of the store", async () => {
    const { body } = await erase({ subject: ada, matchText: true, waitSeconds: 60 }, "zeta");
    expect(body).toMatchObject({ complete: true, oldParts: 0 });
    const files = execFileSync("sh", [
      "-c",
      `grep -rlF -e "${ada}" "${api.store.path}" || true`,
    ]).toString();
    expect(files).toBe("");
  });

  it("goes on where a kill ended it", async () => {
    const { writes } = api.store;
    const named = { Session: "s-killed", LogAttributes: { "user.id": "eve" } };
    const log = { Tenant: "acme", Timestamp: "2026-11-20T10:00:00Z", Body: "named" };
    await writes.insert("otel_logs", [{ ...log, ...named }]);
    await writes.insert("otel_traces", [span("acme", "k1", { Session: "s-killed" })]);
    const killed = {
      ...writes,
      command: (sql: string, params?: QueryParams) =>
        sql.includes("ALTER TABLE otel_traces DELETE")
          ? Promise.reject(new Error("killed"))
          : writes.command(sql, params),
    };
    const about = { tenant: "acme", actor: "acme", id: "eve", matchText: false, patienceMs: 0 };
    const parts = {
      ...api,
      deadLetters: api.queue.deadLetters,
      queue: api.queue.producer,
      textStores,
    };
    const store = { reads: api.store.reads, writes: killed };
    await expect(eraseSubject({ ...parts, store }, about)).rejects.toThrow("killed");
    expect(await column("otel_logs", "Body", "acme")).not.toContain("named");
    // The record that names the person is gone; its session is still known.
    const report = await eraseSubject(parts, about);
    expect(found(report)).toEqual({ otel_traces: [1, 0] });
    expect(report.complete).toBe(true);
  });

  it("says when records wait that may hold the id", async () => {
    await append("acme", Buffer.from("{}"), "identity");
    const { body } = await erase({ subject: "nobody", waitSeconds: 0 });
    expect(body).toMatchObject({ complete: false, waiting: 1 });
    await api.queue.drain();
  });

  it.each([
    {},
    { subject: "" },
    { subject: "abc", matchText: true },
    { subject: "abc", kind: "everyone" },
    { subject: "x".repeat(513) },
  ])("refuses %j", async (body) => {
    expect((await erase(body)).status).toBe(400);
  });
}
