import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSpanBlock } from "../../../analyzer/ingest/span-block.ts";
import type { NativeBlock } from "../../../core/store/native/native-block.ts";
import type { OpenedServerStore } from "../../../core/store/server/open-server-store.ts";
import type { Fault } from "../../helpers/clickhouse-server/faults.ts";
import { openTestServerStore } from "../../helpers/clickhouse-server/server-store.ts";
import {
  type ClickHouseServer,
  startClickHouseServer,
} from "../../helpers/clickhouse-server/start-clickhouse-server.ts";
import { plainSpan } from "../../helpers/plain-span.ts";
import { spanRow } from "../../helpers/span-row.ts";

let folder: string;
let server: ClickHouseServer;
let store: OpenedServerStore;

const password = "a word that no log shows";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "telltale-secret-"));
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, `${password}\n`);
  server = await startClickHouseServer({ user: "telltale", password });
  store = await openTestServerStore(server, { user: "telltale", passwordFile });
  await store.migrate();
});

afterEach(() => server.clearFaults());

afterAll(async () => {
  await store.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const tables = {
  otel_traces: "count()",
  span_identity: "count()",
  windows_1m: "sum(Spans)",
  windows_1h: "sum(Spans)",
  series_values: "sum(Spans)",
  noticed_values: "sum(Spans)",
};

/** Spans of a tenant in every table that one insert reaches, each in its own way. */
async function counts(tenant: string): Promise<Record<string, number>> {
  const entries = Object.entries(tables).map(async ([table, sum]) => {
    const [row] = await store.reads.query<{ n: number }>(
      `SELECT ${sum} AS n FROM ${table} WHERE Tenant = {tenant:String}`,
      { tenant },
    );
    return [table, row?.n ?? -1] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Each span uses one tool and shows one release, so every table counts it once. */
function spans(tenant: string, count = 100): object[] {
  return Array.from({ length: count }, (_, index) =>
    spanRow({
      Tenant: tenant,
      SpanId: index.toString(16).padStart(16, "0"),
      Timestamp: `2026-11-${String(10 + (index % 4))} 10:00:00`,
      ServiceVersion: "1.0",
      GenAiTool: "search",
    }),
  );
}

function exactly(count: number): Record<string, number> {
  return Object.fromEntries(Object.keys(tables).map((table) => [table, count]));
}

const inserts = "^INSERT INTO otel_traces";
const strikes: readonly (Omit<Fault, "match"> & { readonly name: string })[] = [
  { name: "the connection breaks after the insert", action: "cut-after", times: 3 },
  { name: "the connection breaks before the insert", action: "cut-before", times: 3 },
  {
    name: "a failure is told of an insert that was done",
    action: "error-after",
    times: 2,
    code: 319,
  },
  { name: "the server has too many parts", action: "error", times: 2, code: 252 },
  { name: "Keeper is away", action: "error", times: 2, code: 999 },
];

describe("an insert is stored exactly once, through every view, when", () => {
  it.each(strikes)("$name", async ({ name: _name, ...fault }) => {
    const tenant = `${fault.action}-${fault.code ?? 0}`;
    const before = (await server.state()).struck;
    await server.fault({ ...fault, match: inserts });
    await store.writes.insert("otel_traces", spans(tenant), { token: tenant });
    expect((await server.state()).struck - before).toBe(fault.times);
    expect(await counts(tenant)).toEqual(exactly(100));
  });

  it("its caller gives no token", async () => {
    await server.fault({ match: inserts, action: "cut-after", times: 2 });
    await store.writes.insert("otel_traces", spans("tokenless"));
    await store.writes.insert("otel_traces", spans("tokenless"));
    expect((await counts("tokenless"))["windows_1m"]).toBe(200);
  });

  it("the rows are a block, whole or with rows left out", async () => {
    await server.fault({ match: inserts, action: "cut-after", times: 4 });
    await store.writes.insert("otel_traces", block("whole", null), { token: "whole" });
    await store.writes.insert("otel_traces", block("part", [1, 0, 1]), { token: "part" });
    expect(await counts("whole")).toMatchObject({ otel_traces: 3, windows_1m: 3, windows_1h: 3 });
    expect(await counts("part")).toMatchObject({ otel_traces: 2, windows_1m: 2, windows_1h: 2 });
  });

  it("the server is killed and comes back", async () => {
    await server.fault({ match: inserts, action: "delay", times: 1, delayMs: 200 });
    const inserted = store.writes.insert("otel_traces", spans("killed"), { token: "killed" });
    await server.kill();
    await server.restart();
    await inserted;
    await store.writes.insert("otel_traces", spans("killed"), { token: "killed" });
    expect(await counts("killed")).toEqual(exactly(100));
  });

  it("another process sends the same batch at the same time", async () => {
    const rows = spans("twice");
    const both = [1, 2, 3, 4].map(() =>
      store.writes.insert("otel_traces", rows, { token: "twice" }),
    );
    await Promise.all(both);
    expect(await counts("twice")).toEqual(exactly(100));
  });
});

function block(tenant: string, keep: readonly number[] | null): NativeBlock {
  const spanBlock = createSpanBlock();
  for (let index = 0; index < 3; index += 1) {
    const span = plainSpan(index, { startTimeUnixNano: 1_795_000_000_000_000_000n });
    const inspected = { span, genAi: null, costUsd: 0, detections: [], failures: [] };
    spanBlock.append(inspected, { tenant, batchId: tenant, receivedAtUnixMs: 0 });
  }
  return keep === null ? spanBlock.take() : spanBlock.take(Uint8Array.from(keep));
}

describe("what is not repeated", () => {
  it("is a statement that is wrong", async () => {
    const before = (await server.state()).requests;
    await expect(store.reads.query("SELECT nope")).rejects.toMatchObject({
      code: "47",
      type: "UNKNOWN_IDENTIFIER",
      retryable: false,
    });
    expect((await server.state()).requests - before).toBe(1);
  });

  it("is an INSERT … SELECT that may have run", async () => {
    await server.fault({ match: "^INSERT INTO otel_logs", action: "cut-after", times: 1 });
    const command = store.writes.command(
      "INSERT INTO otel_logs (Tenant, Timestamp) SELECT 'once', toDateTime('2026-11-20 10:00:00')",
    );
    await expect(command).rejects.toMatchObject({ code: "", retryable: true });
    const rows = await store.reads.query("SELECT 1 FROM otel_logs WHERE Tenant = 'once'");
    expect(rows).toHaveLength(1);
  });

  it("is a query that ran out of memory, which its caller may repeat later", async () => {
    await server.fault({ match: "hungry", action: "error", times: 1, code: 241 });
    const query = store.reads.query("SELECT 'hungry'");
    await expect(query).rejects.toMatchObject({ code: "241", retryable: true });
  });
});

it("says that a server is away as what may pass, without the password", async () => {
  const passwordFile = join(folder, "password");
  const away = await openTestServerStore(
    { url: "http://127.0.0.1:9" },
    { user: "telltale", passwordFile, requestSeconds: 1 },
  );
  const error: unknown = await away.reads.query("SELECT 1").catch((cause: unknown) => cause);
  expect(error).toMatchObject({ code: "", type: "ECONNREFUSED", retryable: true });
  expect(String(error)).not.toContain(password);
  await away.close();
});

it("stops waiting for a server that is away when it is closed", async () => {
  const away = await openTestServerStore({ url: "http://127.0.0.1:9" }, { requestSeconds: 3600 });
  const error = away.reads.query("SELECT 1").catch((cause: unknown) => cause);
  await away.close();
  expect(await error).toMatchObject({ retryable: true });
});

it("is told when the password is wrong, which is no batch's fault", async () => {
  const before = (await server.state()).requests;
  const stranger = await openTestServerStore(server, { user: "stranger" });
  await expect(stranger.reads.query("SELECT 1")).rejects.toMatchObject({
    code: "516",
    retryable: true,
  });
  expect((await server.state()).requests - before).toBe(1);
  await stranger.close();
});
