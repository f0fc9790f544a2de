import { once } from "node:events";
import { connect } from "node:http2";
import { deflateSync, gzipSync } from "node:zlib";
import { status as rpc } from "@grpc/grpc-js";
import { encodePlain, requestTypes } from "../core/otlp/oracle.ts";
import { connectGrpc } from "../helpers/grpc-request.ts";
import { ask } from "../helpers/http-request.ts";
import { exampleSpan, traceExample } from "../helpers/otlp-examples.ts";
import {
  startTestCollector as start,
  type TestCollector,
  type TestCollectorOptions,
} from "../helpers/test-collector.ts";

const path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
const good = Buffer.from(encodePlain(requestTypes.traces, traceExample()[1]));

const started: TestCollector[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map(async (collector) => collector.close()));
});

async function startCollector(options?: TestCollectorOptions): Promise<TestCollector> {
  const collector = await start(options);
  started.push(collector);
  return collector;
}

interface RawAnswer {
  readonly status: number;
  readonly grpcStatus: string;
  readonly message: string;
}

/** One HTTP/2 request with exactly these headers and bytes. */
async function call(
  url: string,
  body: Uint8Array,
  headers: Record<string, string> = {},
): Promise<RawAnswer> {
  const session = connect(url);
  const stream = session.request({
    ":method": "POST",
    ":path": path,
    "content-type": "application/grpc",
    ...headers,
  });
  let trailers: Record<string, unknown> = {};
  stream.on("trailers", (received) => {
    trailers = { ...received };
  });
  stream.end(body);
  const [answer] = (await once(stream, "response")) as [Record<string, unknown>];
  stream.resume();
  await once(stream, "close");
  session.close();
  const all = { ...answer, ...trailers };
  return {
    status: Number(all[":status"]),
    grpcStatus: String(all["grpc-status"]),
    message: decodeURIComponent((all["grpc-message"] as string | undefined) ?? ""),
  };
}

function frame(message: Uint8Array, flag = 0, length = message.length): Buffer {
  const prefix = Buffer.alloc(5);
  prefix[0] = flag;
  prefix.writeUInt32BE(length, 1);
  return Buffer.concat([prefix, message]);
}

describe("a call", () => {
  let collector: TestCollector;
  beforeEach(async () => {
    collector = await startCollector();
  });

  it.each([
    { name: "plain", body: frame(good), headers: {} },
    { name: "empty", body: frame(Buffer.alloc(0)), headers: {} },
    { name: "gzip", body: frame(gzipSync(good), 1), headers: { "grpc-encoding": "gzip" } },
    { name: "plain, gzip announced", body: frame(good), headers: { "grpc-encoding": "gzip" } },
    { name: "typed", body: frame(good), headers: { "content-type": "application/grpc+proto" } },
  ])("with a message that is $name is OK", async ({ body, headers }) => {
    expect(await call(collector.grpcUrl, body, headers)).toMatchObject({
      status: 200,
      grpcStatus: "0",
    });
  });

  it.each([
    { name: "no message", body: Buffer.alloc(0), code: rpc.INVALID_ARGUMENT },
    { name: "half a prefix", body: Buffer.alloc(3), code: rpc.INVALID_ARGUMENT },
    { name: "two messages", body: Buffer.concat([frame(good), frame(good)]), code: 3 },
    { name: "a message cut short", body: frame(good, 0, good.length + 1), code: 3 },
    { name: "an unknown flag", body: frame(good, 2), code: 3 },
    { name: "compression not named", body: frame(gzipSync(good), 1), code: 3 },
    { name: "bytes that are no gzip", body: frame(good, 1), code: 3, encoding: "gzip" },
    { name: "deflate", body: frame(deflateSync(good), 1), code: 12, encoding: "deflate" },
  ])("with $name is refused with $code and counted", async ({ body, code, encoding }) => {
    const headers = encoding === undefined ? {} : { "grpc-encoding": encoding };
    const answer = await call(collector.grpcUrl, body, headers);
    expect(answer).toMatchObject({ status: 200, grpcStatus: String(code) });
    expect(answer.message).toMatch(/.{10}/);
    expect(await collector.accounting()).toMatchObject([{ signal: "traces", received: 1 }]);
  });

  it.each([
    { name: "another type", headers: { "content-type": "application/json" }, status: 415 },
    { name: "JSON messages", headers: { "content-type": "application/grpc+json" }, status: 415 },
    { name: "another method", headers: { ":method": "PUT" }, status: 200 },
  ])("with $name is refused", async ({ headers, status }) => {
    const answer = await call(collector.grpcUrl, frame(good), headers);
    expect(answer.status).toBe(status);
    expect(answer.grpcStatus).not.toBe("0");
  });

  it.each([
    { name: "a rebound name", headers: { ":authority": "evil.example:4317" } },
    { name: "another site's page", headers: { origin: "https://evil.example" } },
  ])("from $name is refused before it is read", async ({ headers }) => {
    const answer = await call(collector.grpcUrl, frame(good), headers);
    expect(["7", "9"]).toContain(answer.grpcStatus);
    expect(await collector.accounting()).toEqual([]);
  });
});

it("shares the bytes in flight with the HTTP port", async () => {
  let release: () => void = () => undefined;
  const durable = new Promise<void>((resolve) => {
    release = resolve;
  });
  let waiting: () => void = () => undefined;
  const appended = new Promise<void>((resolve) => {
    waiting = resolve;
  });
  const collector = await startCollector({
    settings: { otlp: { maxInFlightBytes: 1_000_000 } },
    wrap: (producer) => ({
      ...producer,
      append: async (record, options) => {
        waiting();
        await durable;
        return producer.append(record, options);
      },
    }),
  });
  const large = encodePlain(
    requestTypes.traces,
    traceExample([exampleSpan({ name: "x".repeat(700_000) })])[1],
  );
  const headers = { "content-type": "application/x-protobuf" };
  const held = ask(collector.port, { path: "/v1/traces", headers, body: large });
  await appended;
  const client = connectGrpc(collector.grpcUrl);
  expect((await client.call("trace.v1.Trace", large)).code).toBe(rpc.UNAVAILABLE);
  release();
  expect((await held).status).toBe(200);
  expect((await client.call("trace.v1.Trace", large)).code).toBe(rpc.OK);
  client.close();
});

it("answers what it has taken before it closes", async () => {
  let release: () => void = () => undefined;
  const durable = new Promise<void>((resolve) => {
    release = resolve;
  });
  let waiting: () => void = () => undefined;
  const appended = new Promise<void>((resolve) => {
    waiting = resolve;
  });
  const collector = await start({
    wrap: (producer) => ({
      ...producer,
      append: async (record, options) => {
        waiting();
        await durable;
        return producer.append(record, options);
      },
    }),
  });
  const client = connectGrpc(collector.grpcUrl);
  const answer = client.call("trace.v1.Trace", good);
  await appended;
  const closed = collector.close();
  release();
  expect((await answer).code).toBe(rpc.OK);
  client.close();
  await closed;
});
