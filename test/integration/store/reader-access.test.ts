import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OpenedServerStore } from "../../../core/store/server/open-server-store.ts";
import { readerStatements } from "../../../core/store/server/reader-access.ts";
import { openTestServerStore } from "../../helpers/clickhouse-server/server-store.ts";
import {
  type ClickHouseServer,
  startClickHouseServer,
} from "../../helpers/clickhouse-server/start-clickhouse-server.ts";
import { seedStore } from "../../helpers/seed-store.ts";

let folder: string;
let server: ClickHouseServer;
let store: OpenedServerStore;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "telltale-secret-"));
  const readerPasswordFile = join(folder, "password");
  writeFileSync(readerPasswordFile, "a reader's word\n");
  server = await startClickHouseServer();
  store = await openTestServerStore(server, { readerUser: "grafana", readerPasswordFile });
  await store.migrate();
  await seedStore(store.writes, "acme");
  await store.migrate();
});

afterAll(async () => {
  await store.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

it("shows each record once, however many versions of it wait to be merged", async () => {
  const [finding] = await store.reads.query<Record<string, unknown>>(
    "SELECT * FROM findings FINAL LIMIT 1",
  );
  await store.writes.insert("findings", [{ ...finding, Revision: 99, Title: "newer" }]);
  const read = (database: string) =>
    store.reads.query(`SELECT Title FROM ${database}.findings WHERE Id = {id:String}`, {
      id: finding?.["Id"],
    });
  expect(await read("telltale_reader")).toEqual([{ Title: "newer" }]);
  expect((await read("telltale")).length).toBe(2);
  const spans = await store.reads.query<{ n: number }>(
    "SELECT (SELECT count() FROM telltale_reader.otel_traces) - count() AS n FROM otel_traces",
  );
  expect(spans).toEqual([{ n: 0 }]);
});

it("gives a finding the status of its own tenant", async () => {
  const read = () =>
    store.reads.query<{ Tenant: string; Id: string; Status: string }>(
      "SELECT Tenant, Id, Status FROM telltale_reader.findings ORDER BY Id",
    );
  const before = await read();
  expect(before.length).toBeGreaterThan(1);
  await store.writes.insert(
    "finding_status",
    before.map(({ Id }) => ({ Tenant: "zeta", FindingId: Id, Status: "muted", Revision: 1 })),
  );
  expect(await read()).toEqual(before);
});

it("gives every tenant a role and a policy on every table that readers see", async () => {
  const { accessStatements } = await server.state();
  const views = await store.reads.query<{ name: string }>(
    "SELECT name FROM system.tables WHERE database = 'telltale_reader'",
  );
  expect(views.length).toBeGreaterThan(15);
  for (const tenant of ["acme", "default"]) {
    expect(accessStatements).toContain(`CREATE ROLE IF NOT EXISTS \`telltale_tenant_${tenant}\``);
    for (const { name } of views) {
      expect(accessStatements).toContain(
        `CREATE ROW POLICY IF NOT EXISTS \`telltale_tenant_${tenant}\` ON telltale.${name} ` +
          `FOR SELECT USING Tenant = '${tenant}' TO \`telltale_tenant_${tenant}\``,
      );
    }
  }
  for (const { name } of views) {
    const others = accessStatements.find((sql) =>
      sql.startsWith(`CREATE ROW POLICY IF NOT EXISTS \`telltale_others\` ON telltale.${name} `),
    );
    expect(others).toMatch(/USING 1 TO ALL EXCEPT `telltale_reader`$/);
  }
});

it("lets the reader read, within limits, in one tenant", async () => {
  const { accessStatements } = await server.state();
  const text = accessStatements.join("\n");
  expect(text).toMatch(/ALTER SETTINGS PROFILE `telltale_reader` SETTINGS readonly = 1, /);
  expect(text).toMatch(/ALTER QUOTA `telltale_reader` KEYED BY user_name FOR INTERVAL 1 hour MAX /);
  expect(text).toContain("ALTER USER `grafana` DEFAULT ROLE `telltale_tenant_default`");
  const grants = accessStatements.filter((sql) => sql.startsWith("GRANT") && / ON /.test(sql));
  expect(grants.filter((sql) => !/^GRANT SELECT ON \S+ TO `telltale_reader`$/.test(sql))).toEqual(
    [],
  );
  expect(text).not.toMatch(/\b(?:FILE|URL|SOURCES|ALL PRIVILEGES)\b/);
});

it("sends no password to where statements are logged", async () => {
  const { accessStatements } = await server.state();
  expect(accessStatements.join("\n")).not.toContain("a reader's word");
  expect(accessStatements.join("\n")).toMatch(/IDENTIFIED WITH sha256_hash BY '[0-9a-f]{64}' SALT/);
});

it("wants a password for the reader", async () => {
  const without = await openTestServerStore(server, { readerUser: "grafana" });
  await expect(without.migrate()).rejects.toThrow("readerPasswordFile");
  await without.close();
});

it("covers the tables of a cluster's shards, in statements that ClickHouse can parse", async () => {
  const statements = readerStatements({
    database: "prod",
    cluster: "main",
    readerUser: "gra`fana",
    password: "p",
    salt: "s",
    tenants: ["default"],
  });
  for (const sql of statements) {
    expect(sql).toContain("ON CLUSTER `main`");
    await store.writes.command(`EXPLAIN AST ${sql}`);
  }
  expect(statements.join("\n")).toContain("ON prod.otel_traces_local FOR SELECT");
});
