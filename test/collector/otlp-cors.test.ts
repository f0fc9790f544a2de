import { toOtlpJson } from "../core/otlp/oracle-json.ts";
import { ask, type HttpAnswer } from "../helpers/http-request.ts";
import { traceExample } from "../helpers/otlp-examples.ts";
import { keySetting } from "../helpers/test-api.ts";
import { startTestCollector, type TestCollector } from "../helpers/test-collector.ts";

const page = "https://shop.example.com";
const allowedOrigins = ["https://app.example", "https://*.example.com"];

let collector: TestCollector;
let closed: TestCollector;
beforeAll(async () => {
  const auth = { apiKeys: [keySetting("browser", "acme", ["ingest"])] };
  collector = await startTestCollector({ settings: { otlp: { cors: { allowedOrigins } }, auth } });
  closed = await startTestCollector();
});
afterAll(async () => Promise.all([collector.close(), closed.close()]));

function preflight(origin: string, path = "/v1/traces", to = collector): Promise<HttpAnswer> {
  return ask(to.port, {
    method: "OPTIONS",
    path,
    headers: {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type,x-api-key",
    },
  });
}

function post(origin: string, key: string): Promise<HttpAnswer> {
  return ask(collector.port, {
    path: "/v1/traces",
    headers: { origin, "content-type": "application/json", "x-api-key": key },
    body: toOtlpJson(traceExample()[1]),
  });
}

it.each(["https://app.example", page, "https://a.b.example.com"])(
  "answers the preflight of %s without a key",
  async (origin) => {
    const { status, headers } = await preflight(origin);
    expect(status).toBe(204);
    expect(headers["access-control-allow-origin"]).toBe(origin);
    expect(headers["access-control-allow-methods"]).toContain("POST");
    const allowed = headers["access-control-allow-headers"]?.split(", ") ?? [];
    expect(allowed).toEqual(
      expect.arrayContaining([
        "authorization",
        "content-encoding",
        "content-type",
        "traceparent",
        "x-api-key",
      ]),
    );
    expect(headers.vary).toBe("Origin");
  },
);

it.each([
  "https://example.com",
  "http://shop.example.com",
  "https://shop.example.com:8443",
  "https://shop.example.com.evil.example",
  "https://evilexample.com",
  "null",
])("gives %s nothing", async (origin) => {
  for (const answer of [await preflight(origin), await post(origin, "browser")]) {
    expect(answer.status).toBe(403);
    expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
    expect(answer.headers.vary).toBe("Origin");
  }
});

it("takes what a listed page sends, and lets it read the answer, also a refusal", async () => {
  for (const [key, status] of [
    ["browser", 200],
    ["unknown", 401],
  ] as const) {
    const answer = await post(page, key);
    expect(answer.status).toBe(status);
    expect(answer.headers["access-control-allow-origin"]).toBe(page);
    expect(answer.headers["access-control-allow-credentials"]).toBe("true");
  }
});

it("opens telemetry only: listed pages may not send change events", async () => {
  expect((await preflight(page, "/v1/changes")).status).toBe(403);
});

it("opens nothing without a list", async () => {
  expect((await preflight(page, "/v1/traces", closed)).status).toBe(403);
});
