import { readdirSync, readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { Config } from "../../core/config/config.ts";
import { Values, valuesSchema } from "../../helm/values-schema.ts";

const chart = new URL("../../helm/telltale/", import.meta.url);

function read(path: string): string {
  return readFileSync(new URL(path, chart), "utf8");
}

const values = parse(read("values.yaml")) as Record<string, unknown> & { config: object };
const validate = new Ajv({ strict: false, allErrors: true }).compile(
  JSON.parse(read("values.schema.json")) as object,
);

it("has a schema made from the configuration as it is now (node helm/generate.ts)", () => {
  expect(read("values.schema.json")).toBe(valuesSchema());
});

it("has defaults that fit the schema, and a default for every value", () => {
  validate(values);
  expect(validate.errors).toBeNull();
  const optional = new Set(["global"]);
  const known = Object.keys(Values.shape).filter((key) => !optional.has(key));
  expect(Object.keys(values).toSorted()).toEqual(known.toSorted());
});

it("has a default configuration that the service takes", () => {
  expect(Config.safeParse({ ...values.config, host: "0.0.0.0", dataDir: "/data" }).success).toBe(
    true,
  );
});

it.each(readdirSync(new URL("ci/", chart)))("takes the example %s", (file) => {
  const example = parse(read(`ci/${file}`)) as Record<string, object>;
  const merged = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      Array.isArray(value) || typeof value !== "object"
        ? (example[key] ?? value)
        : { ...value, ...example[key] },
    ]),
  );
  validate(merged);
  expect(validate.errors).toBeNull();
});

it.each([
  { what: "a misspelled value", change: { replicas: 3 } },
  { what: "a misspelled setting", change: { config: { loglevel: "debug" } } },
  { what: "a setting of the wrong type", change: { config: { queue: { maxBytes: "many" } } } },
  { what: "the address, which the chart decides", change: { config: { host: "127.0.0.1" } } },
  { what: "the ports, which the chart decides", change: { config: { api: { port: 1 } } } },
  { what: "an image digest that is none", change: { image: { digest: "latest" } } },
  {
    what: "less time to drain than the service takes",
    change: { terminationGracePeriodSeconds: 5 },
  },
])("refuses $what", ({ change }) => {
  expect(validate({ ...values, ...change })).toBe(false);
});

it("names the version of the package", () => {
  const { version } = JSON.parse(
    readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
  ) as { version: string };
  expect(parse(read("Chart.yaml"))).toMatchObject({ version, appVersion: version });
});
