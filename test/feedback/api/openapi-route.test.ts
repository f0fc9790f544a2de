import { Ajv2020 } from "ajv/dist/2020.js";
import type { OpenApiDocument } from "../../helpers/api-client.ts";
import { openTestApi, type TestApi } from "../../helpers/test-api.ts";

let api: TestApi;
let document: OpenApiDocument;

beforeAll(async () => {
  api = await openTestApi();
  document = (await api.server.inject("/api/openapi.json")).json<OpenApiDocument>();
});

afterAll(() => api.close());

it("describes every route under /api/v1 and nothing else", () => {
  const described = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method} ${path}`),
  );
  const declared = api.server.declaredRoutes
    .filter(({ method, url }) => method !== "HEAD" && url.startsWith("/api/v1/"))
    .map(({ method, url }) => `${method.toLowerCase()} ${url.replaceAll(/:(\w+)/g, "{$1}")}`);
  expect(declared).toContain("post /api/v1/proposals/{id}/approve");
  expect(described.toSorted()).toEqual(declared.toSorted());
});

it("is OpenAPI 3.1 with a summary, parameters, answers and problems for each operation", () => {
  expect(document.openapi).toMatch(/^3\.1\.\d+$/);
  expect(document.info).toMatchObject({ title: "Telltale", version: "1.2.3" });
  const ajv = new Ajv2020({ strict: false });
  for (const [path, item] of Object.entries(document.paths)) {
    const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
    for (const operation of Object.values(item)) {
      expect(operation.summary).toMatch(/^[A-Z]/);
      const parameters = operation.parameters ?? [];
      expect(parameters.filter((each) => each.in === "path").map(({ name }) => name)).toEqual(
        inPath,
      );
      expect(parameters.every((each) => each.in !== "path" || each.required)).toBe(true);
      const bodies = [operation.requestBody, ...Object.values(operation.responses)];
      const schemas = bodies.flatMap((body) => Object.values(body?.content ?? {}));
      for (const { schema } of [...parameters, ...schemas]) {
        expect(ajv.validateSchema(schema)).toBe(true);
      }
      expect(Object.keys(operation.responses).toSorted()).toEqual(["200", "default"]);
      expect(Object.values(operation.responses).every((each) => each.description !== "")).toBe(
        true,
      );
    }
  }
});

it("names the values that filters take", () => {
  const parameters = document.paths["/api/v1/findings"]?.["get"]?.parameters ?? [];
  expect(parameters.map(({ name }) => name)).toEqual([
    "status",
    "type",
    "service",
    "since",
    "limit",
    "cursor",
  ]);
  expect(parameters[0]?.schema).toMatchObject({
    enum: ["open", "acknowledged", "muted", "false_positive", "resolved"],
  });
});

it("describes bodies of decisions", () => {
  const body = document.paths["/api/v1/findings/{id}/status"]?.["post"]?.requestBody;
  expect(body?.content["application/json"]?.schema).toMatchObject({
    required: ["status", "reason"],
  });
});
