import { Metadata, status as rpc } from "@grpc/grpc-js";
import { encodeTraceRequest } from "../../core/otlp/encode.ts";
import { connectGrpc } from "../helpers/grpc-request.ts";
import { ask, type HttpAnswer } from "../helpers/http-request.ts";
import { spans, traceRequest } from "../helpers/otlp-requests.ts";
import { plainSpan } from "../helpers/plain-span.ts";
import { keySetting } from "../helpers/test-api.ts";
import { startTestCollector, type TestCollector } from "../helpers/test-collector.ts";

let collector: TestCollector;
afterEach(() => collector.close());

async function start(quotas: Record<string, unknown>): Promise<void> {
  collector = await startTestCollector({
    settings: {
      quotas,
      auth: {
        apiKeys: [
          keySetting("k-noisy", "noisy", ["ingest", "read"]),
          keySetting("k-quiet", "quiet", ["ingest", "read"]),
        ],
      },
    },
  });
}

function send(key: string, count: number, headers: Record<string, string> = {}) {
  return ask(collector.port, {
    path: "/v1/traces",
    headers: {
      host: "localhost",
      "content-type": "application/json",
      authorization: `Bearer ${key}`,
      ...headers,
    },
    body: JSON.stringify(traceRequest(spans(count))),
  });
}

function statusBody({ body }: HttpAnswer): Record<string, unknown> {
  return JSON.parse(body.toString()) as Record<string, unknown>;
}

it.each([
  { name: "records", quotas: { recordsPerSecond: 5, burstSeconds: 1 } },
  { name: "bytes", quotas: { bytesPerSecond: 200, burstSeconds: 1 } },
])("refuses a tenant over its quota of $name, and no other", async ({ quotas }) => {
  await start(quotas);
  expect((await send("k-noisy", 10)).status).toBe(200);
  const refused = await send("k-noisy", 1);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
  expect(statusBody(refused)).toMatchObject({ code: rpc.RESOURCE_EXHAUSTED });
  expect((await send("k-quiet", 10)).status).toBe(200);
});

it("does not let a header choose whose quota is used", async () => {
  await start({ recordsPerSecond: 1, burstSeconds: 1 });
  await send("k-noisy", 10);
  const forged = { "x-tenant": "quiet", "x-scope-orgid": "quiet" };
  expect((await send("k-noisy", 1, forged)).status).toBe(429);
  expect((await send("k-quiet", 1)).status).toBe(200);
});

it("counts nothing that it refused: the sender still has it", async () => {
  await start({ recordsPerSecond: 1, burstSeconds: 1 });
  await send("k-noisy", 10);
  await send("k-noisy", 10);
  expect(await collector.accounting("k-noisy")).toMatchObject([{ signal: "traces", received: 10 }]);
});

it("counts both ports together, and tells gRPC when to come back", async () => {
  await start({ recordsPerSecond: 1, burstSeconds: 1 });
  await send("k-noisy", 10);
  const client = connectGrpc(collector.grpcUrl);
  const call = (key: string) => {
    const metadata = new Metadata();
    metadata.set("authorization", `Bearer ${key}`);
    return client.call("trace.v1.Trace", encodeTraceRequest([plainSpan(1)]), metadata);
  };
  const refused = await call("k-noisy");
  const taken = await call("k-quiet");
  client.close();
  expect([refused.code, taken.code]).toEqual([rpc.RESOURCE_EXHAUSTED, rpc.OK]);
  // google.rpc.RetryInfo
  expect(String(refused.metadata?.get("grpc-status-details-bin")[0])).toContain("RetryInfo");
});
