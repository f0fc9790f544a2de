import { openTestServerStore } from "../../../helpers/clickhouse-server/server-store.ts";
import {
  type ClickHouseServer,
  startClickHouseServer,
} from "../../../helpers/clickhouse-server/start-clickhouse-server.ts";
import { describeDeduplication } from "../deduplication-contract.ts";
import { describeStore } from "../store-contract.ts";

let server: ClickHouseServer;

beforeAll(async () => {
  server = await startClickHouseServer();
  const store = await openTestServerStore(server);
  await store.migrate();
  await store.close();
});

afterAll(() => server.stop());

describeStore(() => openTestServerStore(server));
describeDeduplication(() => openTestServerStore(server));

it("finds 8192 traces by their key in one statement", async () => {
  const store = await openTestServerStore(server);
  const ids = Array.from({ length: 8192 }, (_, index) => index.toString(16).padStart(32, "0"));
  const sql = `SELECT DISTINCT toString(TraceId) AS id FROM span_identity
    WHERE Tenant = {tenant:String} AND TraceId IN {ids:Array(String)}`;
  await store.writes.insert("span_identity", [
    { Tenant: "many", TraceId: ids[8191], SpanId: "1", Timestamp: "2026-11-20 10:00:00" },
  ]);
  const params = { tenant: "many", ids };
  expect(await store.reads.query(sql, params)).toEqual([{ id: ids[8191] }]);
  const plan = await store.reads.query<{ explain: string }>(`EXPLAIN indexes = 1 ${sql}`, params);
  const text = plan.map(({ explain }) => explain).join("\n");
  expect(text).toMatch(/TraceId in 8192-element set/);
  await store.close();
});

it("takes long parameters in commands too, and texts cut anywhere", async () => {
  const store = await openTestServerStore(server);
  const text = "\u{1F600}'\\\n".repeat(30_000);
  await store.writes.command(
    `INSERT INTO otel_logs (Tenant, Timestamp, Body)
    SELECT 'long', toDateTime64('2026-11-20 10:00:00', 9), {text:String}`,
    { text },
  );
  const rows = await store.reads.query<{ Body: string }>(
    "SELECT Body FROM otel_logs WHERE Tenant = 'long'",
  );
  expect(rows).toEqual([{ Body: text }]);
  await store.close();
});

it("runs requests beside one another, and reads cannot write", async () => {
  const store = await openTestServerStore(server);
  await server.fault({ match: "sleepy", action: "delay", times: 8, delayMs: 300 });
  await Promise.all(
    Array.from({ length: 8 }, (_, index) => store.reads.query(`SELECT 'sleepy', ${index}`)),
  );
  expect((await server.state()).mostAtOnce).toBeGreaterThan(4);
  const write = store.reads.command("CREATE TABLE x (a UInt8) ENGINE = Memory");
  await expect(write).rejects.toMatchObject({ code: "164", retryable: false });
  await store.close();
});
