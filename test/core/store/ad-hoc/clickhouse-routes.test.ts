import { ClickHouseLogLevel, createClient } from "@clickhouse/client";
import type { FastifyInstance } from "fastify";
import { Config } from "../../../../core/config/config.ts";
import { createServer } from "../../../../core/http/create-server.ts";
import { createLogger } from "../../../../core/log.ts";
import { clickHouseRoutes } from "../../../../core/store/ad-hoc/clickhouse-routes.ts";
import type { OpenedStore } from "../../../../core/store/open-store.ts";
import { openMemoryStore } from "../../../helpers/memory-store.ts";
import { seedStore } from "../../../helpers/seed-store.ts";

let store: OpenedStore;
let server: FastifyInstance;
let address: string;

beforeAll(async () => {
  store = await openMemoryStore();
  await seedStore(store.writes, "default");
  server = createServer({ config: Config.parse({}), logger: createLogger("silent") });
  await server.register(clickHouseRoutes, { adHoc: store.adHoc, tenantOf: () => "default" });
  address = await server.listen({ host: "127.0.0.1", port: 0 });
});

afterAll(async () => {
  await server.close();
  await store.close();
});

function get(query: string): Promise<Response> {
  return fetch(`${address}/clickhouse?${query}`);
}

it.each(["/clickhouse", "/clickhouse/", "/clickhouse/ping"])("%s says Ok.", async (path) => {
  const response = await fetch(`${address}${path}`);
  expect([response.status, await response.text()]).toEqual([200, "Ok.\n"]);
});

it("answers a query in the URL and in the body", async () => {
  const query = "SELECT count() AS n FROM otel_traces";
  const byUrl = await get(`query=${encodeURIComponent(query)}`);
  expect(await byUrl.text()).toBe("240\n");
  const byBody = await fetch(`${address}/clickhouse/?default_format=JSONCompact&database=x`, {
    method: "POST",
    body: query,
  });
  expect(byBody.headers.get("content-type")).toMatch(/^application\/json/);
  expect(await byBody.json()).toMatchObject({ data: [[240]], rows: 1 });
});

it.each([
  { format: "CSV", text: '1,"a"\n' },
  { format: "TSV", text: "1\ta\n" },
  { format: "JSONEachRow", text: '{"n":1,"s":"a"}\n' },
  { format: "JSONCompactEachRow", text: '[1, "a"]\n' },
  { format: "Values", text: "(1,'a')" },
  { format: "RowBinary", text: "\u0001\u0001a" },
  { format: "Native", text: "\u0002\u0001\u0001n\u0005UInt8\u0001\u0001s\u0006String\u0001a" },
])("gives $format, by clause and by default", async ({ format, text }) => {
  const query = encodeURIComponent("SELECT 1 AS n, 'a' AS s");
  const byClause = await get(`query=${query}+FORMAT+${format}&default_format=JSON`);
  expect(await byClause.text()).toBe(text);
  expect(byClause.headers.get("x-clickhouse-format")).toBe(format);
  const byDefault = await get(`query=${query}&default_format=${format}`);
  expect(await byDefault.text()).toBe(text);
});

it("compresses when asked to", async () => {
  // fetch decompresses by itself.
  const response = await get("query=SELECT+1&enable_http_compression=1");
  expect(response.headers.get("content-encoding")).toBe("gzip");
  expect(await response.text()).toBe("1\n");
  const plain = await get("query=SELECT+1&enable_http_compression=0");
  expect(plain.headers.get("content-encoding")).toBeNull();
  expect(await plain.text()).toBe("1\n");
});

it.each([
  { name: "a forbidden table", query: "query=SELECT+*+FROM+system.tables", code: "497" },
  { name: "a setting", query: "query=SELECT+1&readonly=0", code: "164" },
  { name: "a limit of memory", query: "query=SELECT+1&max_memory_usage=0", code: "164" },
  { name: "block compression", query: "query=SELECT+1&compress=1", code: "497" },
  { name: "a syntax error", query: "query=SELECT+FROM+WHERE", code: "62" },
])("refuses $name in ClickHouse's words", async ({ query, code }) => {
  const response = await get(query);
  expect(response.status).toBe(400);
  expect(response.headers.get("x-clickhouse-exception-code")).toBe(code);
  expect(await response.text()).toMatch(new RegExp(`^Code: ${code}\\. DB::Exception: .+\\n$`));
});

it("refuses a query in both places", async () => {
  const response = await fetch(`${address}/clickhouse?query=SELECT+1`, {
    method: "POST",
    body: "SELECT 2",
  });
  expect(response.status).toBe(400);
});

it("serves the official client, with parameters and errors", async () => {
  const client = createClient({
    url: address,
    pathname: "/clickhouse",
    log: { level: ClickHouseLogLevel.OFF },
  });
  expect(await client.ping()).toEqual({ success: true });
  const result = await client.query({
    query: "SELECT Title FROM findings WHERE Type = {type:String}",
    query_params: { type: "secret_leak" },
    format: "JSONEachRow",
  });
  expect(await result.json()).toEqual([{ Title: "A secret_leak in shop" }]);
  const refused = client.query({ query: "SELECT * FROM telltale.findings" });
  await expect(refused).rejects.toMatchObject({ code: "497", type: "ACCESS_DENIED" });
  await client.close();
});
