import { resourceFacts } from "../../../analyzer/ingest/resource-facts.ts";

it("takes service, environment and version from a resource, the newer key first", () => {
  const attributes = new Map([
    ["service.name", "shop"],
    ["service.version", "1.8.0"],
    ["deployment.environment", "old"],
    ["deployment.environment.name", "production"],
  ]);
  const newer = resourceFacts({ attributes, schemaUrl: "" });
  expect(newer).toMatchObject({ service: "shop", environment: "production", version: "1.8.0" });
  const older = new Map([["deployment.environment", "staging"]]);
  expect(resourceFacts({ attributes: older, schemaUrl: "" })).toMatchObject({
    service: "",
    environment: "staging",
  });
});
