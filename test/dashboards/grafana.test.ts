import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import type { OpenedStore } from "../../core/store/open-store.ts";
import { dashboardJson, dashboards } from "../../dashboards/grafana/generate.ts";
import { expandMacros, type GrafanaContext } from "../helpers/expand-macros.ts";
import { openMemoryStore } from "../helpers/memory-store.ts";
import { seedEndUnixMs, seedStore } from "../helpers/seed-store.ts";

const folder = new URL("../../dashboards/grafana/", import.meta.url);
const datasource = z.strictObject({
  type: z.literal("grafana-clickhouse-datasource"),
  uid: z.literal("${datasource}"),
});
const Target = z.looseObject({ rawSql: z.string(), format: z.int(), datasource });
const Panel = z.looseObject({
  id: z.int(),
  type: z.enum(["stat", "table", "timeseries"]),
  title: z.string().min(1),
  description: z.string().min(1),
  datasource,
  gridPos: z.looseObject({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
  fieldConfig: z.looseObject({ defaults: z.looseObject({ unit: z.string().min(1) }) }),
  targets: z.array(Target).min(1),
});
const Dashboard = z.looseObject({
  uid: z.string().regex(/^telltale-/),
  schemaVersion: z.literal(42),
  editable: z.literal(false),
  refresh: z.string(),
  panels: z.array(Panel).min(1),
  templating: z.looseObject({
    list: z.array(
      z.looseObject({
        name: z.string(),
        type: z.string(),
        refresh: z.int().optional(),
        query: z.union([z.string(), z.looseObject({ rawSql: z.string() })]),
      }),
    ),
  }),
  annotations: z.looseObject({ list: z.array(z.looseObject({ target: Target })) }),
});

const all = Object.keys(dashboards).map((name) => {
  const text = readFileSync(new URL(name, folder), "utf8");
  return { name, text, dashboard: Dashboard.parse(JSON.parse(text)) };
});

it.each(all)("$name is what the generator gives", ({ name, text }) => {
  const build = dashboards[name];
  expect(build === undefined ? "" : dashboardJson(build())).toBe(text);
});

describe.each(all)("$name keeps the rules", ({ text, dashboard }) => {
  it("has unique ids and panels that do not overlap", () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(dashboard.panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
  });

  it("carries no id of an instance, no inputs, and refreshes at most twice a minute", () => {
    expect(dashboard["id"]).toBeUndefined();
    expect(dashboard["__inputs"]).toBeUndefined();
    expect(dashboard.refresh).toMatch(/^(?:30s|[1-9]\d*m)$/);
  });

  it("starts with the data source and loads choices when the time changes", () => {
    const [first, ...rest] = dashboard.templating.list;
    expect(first).toMatchObject({ type: "datasource", query: "grafana-clickhouse-datasource" });
    expect(rest.every(({ refresh }) => refresh === 2)).toBe(true);
  });

  it("bounds every query in time, names its columns and escapes its variables", () => {
    for (const { sql } of queriesOf(dashboard)) {
      expect(sql).toContain("$__timeFilter(");
      expect(sql).not.toMatch(/SELECT \*/i);
      expect(sql).not.toMatch(/'\$|\$\{\w+\}/);
    }
  });

  it("fits a ConfigMap when minified", () => {
    expect(JSON.stringify(JSON.parse(text)).length).toBeLessThan(200_000);
  });
});

interface Query {
  readonly name: string;
  readonly kind: "stat" | "table" | "timeseries" | "variable" | "annotation";
  readonly sql: string;
}

function queriesOf({ panels, templating, annotations }: z.infer<typeof Dashboard>): Query[] {
  return [
    ...panels.flatMap(({ title, type, targets }) =>
      targets.map(({ rawSql }): Query => ({ name: title, kind: type, sql: rawSql })),
    ),
    ...templating.list.flatMap(({ name, query }): Query[] =>
      typeof query === "string" ? [] : [{ name, kind: "variable", sql: query.rawSql }],
    ),
    ...annotations.list.map(
      ({ target }): Query => ({ name: "annotation", kind: "annotation", sql: target.rawSql }),
    ),
  ];
}

describe("every query", () => {
  const queries = all.flatMap(({ dashboard }) => queriesOf(dashboard));
  const range = {
    fromUnixMs: seedEndUnixMs - 3 * 3_600_000,
    toUnixMs: seedEndUnixMs,
    intervalSeconds: 300,
  };
  const everything: GrafanaContext = { ...range, variables: { service: [], environment: [] } };
  const chosen = { ...range, variables: { service: ["shop"], environment: ["production"] } };
  const nothing = { ...range, variables: { service: ["it's"], environment: ["x'; DROP"] } };
  let store: OpenedStore;

  beforeAll(async () => {
    store = await openMemoryStore();
    await seedStore(store.writes, "default");
  });

  afterAll(() => store.close());

  async function run(sql: string, context: GrafanaContext): Promise<Answer> {
    const result = await store.adHoc.query({
      tenant: "default",
      sql: expandMacros(sql, context),
      defaultFormat: "JSONCompact",
    });
    return JSON.parse(Buffer.from(result.bytes).toString()) as Answer;
  }

  it.each(queries)("$kind: $name has rows and the columns it needs", async ({ kind, sql }) => {
    const answer = await run(sql, everything);
    expect(answer.data.length).toBeGreaterThan(0);
    expect(columnProblem(kind, answer.meta)).toBe("");
    const some = await run(sql, chosen);
    expect(some.data.length).toBeGreaterThan(0);
    await run(sql, nothing);
  });
});

interface Answer {
  readonly meta: readonly { readonly name: string; readonly type: string }[];
  readonly data: readonly (readonly unknown[])[];
}

const isTime = (type: string) => /^(?:Nullable\()?DateTime/.test(type);
const isNumber = (type: string) => /^(?:Nullable\()?(?:U?Int|Float)/.test(type);

/** What is wrong with the columns for this use, in words; empty if nothing is. */
function columnProblem(kind: Query["kind"], columns: Answer["meta"]): string {
  const names = columns.map(({ name }) => name).join(",");
  const types = columns.map(({ type }) => type);
  const problems = {
    timeseries: [
      { wrong: columns[0]?.name !== "time" || !isTime(types[0] ?? ""), text: "no time first" },
      { wrong: !types.slice(1).some(isNumber), text: "no number" },
      { wrong: types.some((type) => type.startsWith("Decimal")), text: "a decimal" },
    ],
    stat: [{ wrong: types.length !== 1 || !types.every(isNumber), text: "not one number" }],
    variable: [{ wrong: types.length !== 1, text: "not one column" }],
    annotation: [{ wrong: names !== "time,text,tags", text: `not time, text and tags: ${names}` }],
    table: [{ wrong: types.length < 2, text: "fewer than two columns" }],
  } satisfies Record<Query["kind"], { wrong: boolean; text: string }[]>;
  return problems[kind]
    .filter(({ wrong }) => wrong)
    .map(({ text }) => text)
    .join("; ");
}

it("the provisioned data source reads through the embedded endpoint", () => {
  const file = new URL("provisioning/datasources/telltale.yaml", folder);
  expect(parse(readFileSync(file, "utf8"))).toMatchObject({
    apiVersion: 1,
    datasources: [
      {
        type: "grafana-clickhouse-datasource",
        jsonData: { protocol: "http", path: "clickhouse", port: 7070 },
      },
    ],
  });
});
