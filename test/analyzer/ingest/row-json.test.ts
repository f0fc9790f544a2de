import { numberJson, resourceColumns } from "../../../analyzer/ingest/row-json.ts";

it.each([
  [1.5, "1.5"],
  [-0, "0"],
  [1e300, "1e+300"],
  [Number.NaN, '"nan"'],
  [Number.POSITIVE_INFINITY, '"inf"'],
  [Number.NEGATIVE_INFINITY, '"-inf"'],
])("writes %d as ClickHouse reads it", (value, json) => {
  expect(numberJson(value)).toBe(json);
});

it("takes service, environment and version from a resource, the newer key first", () => {
  const attributes = new Map([
    ["service.name", "shop"],
    ["service.version", "1.8.0"],
    ["deployment.environment", "old"],
    ["deployment.environment.name", "production"],
  ]);
  const newer = resourceColumns({ attributes, schemaUrl: "" });
  expect(newer).toMatchObject({ service: "shop", environment: "production", version: "1.8.0" });
  const older = new Map([["deployment.environment", "staging"]]);
  expect(resourceColumns({ attributes: older, schemaUrl: "" })).toMatchObject({
    service: "",
    environment: "staging",
  });
});
