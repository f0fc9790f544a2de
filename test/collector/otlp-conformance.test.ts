import { gzipSync } from "node:zlib";
import { Metadata, status as rpc } from "@grpc/grpc-js";
import type { LogRecord, MetricPoint, Signal, Span } from "../../core/model/telemetry.ts";
import { encodeResponse, maxResponseBytes } from "../../core/otlp/encode-response.ts";
import { encodePlain, requestTypes } from "../core/otlp/oracle.ts";
import { toOtlpJson } from "../core/otlp/oracle-json.ts";
import { connectGrpc, type GrpcAnswer } from "../helpers/grpc-request.ts";
import { ask } from "../helpers/http-request.ts";
import {
  everyMetric,
  exampleLog,
  exampleSpan,
  examples,
  logExample,
  metricExample,
  nowNano,
  text,
  traceExample,
} from "../helpers/otlp-examples.ts";
import { grpcServices, recordsOf, sendOtlp, transports } from "../helpers/otlp-transports.ts";
import { keySetting } from "../helpers/test-api.ts";
import {
  startTestCollector as start,
  type TestCollector,
  type TestCollectorOptions,
} from "../helpers/test-collector.ts";

/**
 * The requirements of the OTLP specification (opentelemetry-proto docs/specification.md, 1.11)
 * by the numbers of this project's list, on both ports where they apply to both.
 */
const json = { "content-type": "application/json" };
const protobuf = { "content-type": "application/x-protobuf" };
const signals: readonly Signal[] = ["traces", "logs", "metrics"];
const maxBodyBytes = 1_048_576;
const oldSpan = { startTimeUnixNano: "1000000000000000000" };

const started: TestCollector[] = [];
afterAll(async () => {
  await Promise.all(started.map(async (collector) => collector.close()));
});

async function startCollector(options: TestCollectorOptions): Promise<TestCollector> {
  const collector = await start(options);
  started.push(collector);
  return collector;
}

let collector: TestCollector;
beforeAll(async () => {
  collector = await startCollector({ settings: { otlp: { maxBodyBytes } } });
});
afterEach(async () => {
  await collector.queue.drain();
});

/** One call with raw bytes as the message. */
async function callRaw(
  signal: Signal,
  message: Uint8Array,
  options: { to?: TestCollector; gzip?: boolean; metadata?: Metadata } = {},
): Promise<GrpcAnswer> {
  const { to = collector, gzip = false, metadata } = options;
  const client = connectGrpc(to.grpcUrl, { gzip });
  try {
    return await client.call(grpcServices[signal], message, metadata);
  } finally {
    client.close();
  }
}

describe.each(transports)("%s", (transport) => {
  it.each(signals)("1: %s are accepted where senders look for them", async (signal) => {
    const answer = await sendOtlp(collector, transport, examples[signal]());
    expect(answer.code).toBe(0);
    expect(await collector.queue.drain()).toMatchObject([{ signal, acceptedCount: 1 }]);
  });

  it.each(signals)("3: gzip and plain %s are accepted", async (signal) => {
    for (const gzip of [true, false]) {
      const request = examples[signal]();
      expect((await sendOtlp(collector, transport, request, { gzip })).code).toBe(0);
    }
  });

  it("4: the size is limited, also after decompression", async () => {
    const large = traceExample([exampleSpan({ name: " ".repeat(maxBodyBytes) })]);
    for (const gzip of [true, false]) {
      const answer = await sendOtlp(collector, transport, large, { gzip });
      expect(answer).toMatchObject({ code: rpc.RESOURCE_EXHAUSTED });
      expect(answer.httpStatus).toBe(transport === "gRPC" ? 0 : 413);
    }
  });

  it.each(signals)("6: a full success of %s has no partial_success", async (signal) => {
    const answer = await sendOtlp(collector, transport, examples[signal]());
    expect(answer).toMatchObject({ code: 0, partialSuccess: null });
  });

  it.each([
    { name: "nothing", request: {} },
    { name: "empty envelopes", request: { resourceSpans: [{ scopeSpans: [{}] }, {}] } },
  ])("7: an empty request ($name) is a success", async ({ request }) => {
    const answer = await sendOtlp(collector, transport, ["traces", request]);
    expect(answer).toMatchObject({ code: 0, partialSuccess: null });
    expect(await collector.queue.drain()).toEqual([]);
  });

  it.each([
    { signal: "traces", request: traceExample([exampleSpan(), exampleSpan(oldSpan)]) },
    { signal: "logs", request: logExample([exampleLog({ timeUnixNano: "5" }), exampleLog()]) },
    { signal: "metrics", request: metricExample([oldGauge(), ...everyMetric.slice(0, 1)]) },
  ])("8: partly accepted $signal are a success with exact counts", async ({ request }) => {
    const answer = await sendOtlp(collector, transport, request);
    expect(answer.code).toBe(0);
    expect(answer.partialSuccess?.rejected).toBe(1);
    expect(answer.partialSuccess?.errorMessage).toMatch(/^refused 1 of 2 [a-z ]+: 1 time_out/);
    const [record] = await collector.queue.drain();
    expect(record).toMatchObject({ acceptedCount: 1, rejected: { time_out_of_range: 1 } });
  });

  it("18: empty, binary, mixed and structured attribute values are kept", async () => {
    const values = [
      {},
      { bytesValue: Buffer.from([0, 255]) },
      { arrayValue: { values: [{ intValue: "1" }, { boolValue: true }, {}] } },
      { kvlistValue: { values: [{ key: "parts", value: { arrayValue: { values: [] } } }] } },
    ];
    const attributes = values.map((value, index) => ({ key: `k${index}`, value }));
    await sendOtlp(collector, transport, traceExample([exampleSpan({ attributes })]));
    const [span] = (await stored()) as Span[];
    expect([...(span?.attributes.values() ?? [])]).toEqual([
      null,
      new Uint8Array([0, 255]),
      [1, true, null],
      new Map([["parts", []]]),
    ]);
  });

  it("19: what is sent again is counted as received and kept once", async () => {
    const own = await startCollector({});
    const request = logExample();
    for (let time = 0; time < 2; time += 1) {
      expect((await sendOtlp(own, transport, request)).code).toBe(0);
    }
    expect(await own.queue.drain()).toMatchObject([{ acceptedCount: 1 }]);
    expect(await own.accounting()).toMatchObject([{ received: 2, rejected: { duplicate: 1 } }]);
  });

  it("21: one event name, from the field, the attribute or Cursor's body", async () => {
    const cursor = {
      scope: { name: "cursor.telemetry" },
      logRecords: [{ timeUnixNano: nowNano, body: { stringValue: "cursor.event" } }],
    };
    const [signal, request] = logExample([
      exampleLog({ eventName: "from.field", severityNumber: 0 }),
      exampleLog({ attributes: [text("event.name", "claude_code.user_prompt")] }),
    ]);
    const groups = request["resourceLogs"] as { scopeLogs: object[] }[];
    groups[0]?.scopeLogs.push(cursor);
    expect((await sendOtlp(collector, transport, [signal, request])).code).toBe(0);
    const names = ((await stored()) as LogRecord[]).map(({ eventName }) => eventName);
    expect(names).toEqual(["from.field", "claude_code.user_prompt", "cursor.event"]);
  });

  it("22: every kind of metric, delta and cumulative, with exemplars", async () => {
    const answer = await sendOtlp(collector, transport, metricExample(everyMetric));
    expect(answer).toMatchObject({ code: 0, partialSuccess: null });
    const points = (await stored()) as MetricPoint[];
    expect(points.map(({ metricName }) => metricName)).toEqual(everyMetric.map(({ name }) => name));
    const temporalities = points.flatMap((point) =>
      "aggregationTemporality" in point ? [point.aggregationTemporality] : [],
    );
    expect(temporalities).toEqual([1, 1, 1, 2, 2, 2]);
    const exemplars = points.map((point) => point.exemplars.map(({ traceId }) => traceId));
    const one = ["5b8efff798038103d269b633813fc60c"];
    expect(exemplars).toEqual(everyMetric.map(({ summary }) => (summary === undefined ? one : [])));
  });

  it("23: the schema URLs of resource and scope are kept", async () => {
    const request = {
      resourceSpans: [
        {
          schemaUrl: "https://example.org/resource/1.37.0",
          scopeSpans: [{ schemaUrl: "https://example.org/scope/1.36.0", spans: [exampleSpan()] }],
        },
      ],
    };
    await sendOtlp(collector, transport, ["traces", request]);
    const [span] = (await stored()) as Span[];
    expect(span?.resource.schemaUrl).toBe("https://example.org/resource/1.37.0");
    expect(span?.scope.schemaUrl).toBe("https://example.org/scope/1.36.0");
  });
});

describe("both ports", () => {
  it("19: what came over one port and comes again over the other is kept once", async () => {
    const own = await startCollector({});
    const request = metricExample();
    await sendOtlp(own, "HTTP protobuf", request, { gzip: true });
    await sendOtlp(own, "gRPC", request);
    expect(await own.accounting()).toMatchObject([{ received: 2, rejected: { duplicate: 1 } }]);
  });

  it("5: a response has at most 4 MiB; the message gives way, the count stays", () => {
    const partial = { rejected: 123_456, message: "x".repeat(maxResponseBytes) };
    const asProtobuf = encodeResponse("traces", "protobuf", partial);
    const asJson = encodeResponse("traces", "json", partial);
    expect(asProtobuf.length).toBeLessThanOrEqual(maxResponseBytes);
    expect(asJson.length).toBeLessThanOrEqual(maxResponseBytes);
    expect(JSON.parse(Buffer.from(asJson).toString())).toMatchObject({
      partialSuccess: { rejectedSpans: "123456", errorMessage: expect.stringMatching(/^x+$/) },
    });
  });

  it("9: a warning rejects nothing and says something", () => {
    const body = encodeResponse("logs", "json", { rejected: 0, message: "old schema" });
    expect(JSON.parse(Buffer.from(body).toString())).toEqual({
      partialSuccess: { errorMessage: "old schema" },
    });
  });

  it("10: what cannot be decoded gets 400 or INVALID_ARGUMENT, with a BadRequest", async () => {
    const bad = Uint8Array.of(10, 200);
    const overHttp = await ask(collector.port, { path: "/v1/traces", headers: json, body: "{" });
    expect(overHttp.status).toBe(400);
    expect(JSON.parse(overHttp.body.toString())).toMatchObject({
      code: rpc.INVALID_ARGUMENT,
      details: [
        {
          "@type": "type.googleapis.com/google.rpc.BadRequest",
          fieldViolations: [{ description: expect.stringContaining("expected JSON") }],
        },
      ],
    });
    const overGrpc = await callRaw("traces", bad);
    expect(overGrpc).toMatchObject({
      code: rpc.INVALID_ARGUMENT,
      message: expect.stringContaining("at byte 1"),
    });
    expect(String(overGrpc.metadata?.get("grpc-status-details-bin")[0])).toContain("BadRequest");
  });

  it("11: every 4xx and 5xx carries a Status, in JSON where the type is unknown", async () => {
    const questions = [
      { path: "/v1/traces", headers: { "content-type": "text/plain" }, body: "x", status: 415 },
      { path: "/v1/traces", method: "GET", status: 405 },
      { path: "/v1/none", headers: json, body: "{}", status: 404 },
      { path: "/v1development/profiles", headers: json, body: "{}", status: 501 },
      { path: "/v1/traces", headers: { ...json, origin: "https://x.example" }, status: 403 },
      { path: "/v1/traces", headers: { ...json, host: "x.example" }, status: 421 },
    ];
    for (const { status, ...question } of questions) {
      const answer = await ask(collector.port, question);
      expect([question.path, answer.status]).toEqual([question.path, status]);
      expect(JSON.parse(answer.body.toString())).toMatchObject({
        code: expect.any(Number),
        message: expect.stringMatching(/.{10}/),
      });
    }
  });

  it("11: gRPC says UNIMPLEMENTED to profiles and unknown methods", async () => {
    const client = connectGrpc(collector.grpcUrl);
    for (const service of ["profiles.v1development.Profiles", "trace.v2.Trace"]) {
      expect((await client.call(service, new Uint8Array())).code).toBe(rpc.UNIMPLEMENTED);
    }
    client.close();
  });

  it("12, 13: only a full queue asks for another try, with its delay", async () => {
    const full = await startCollector({
      wrap: (producer) => ({ ...producer, append: () => Promise.reject(new Error("EIO")) }),
    });
    const body = toOtlpJson(traceExample()[1]);
    const overHttp = await ask(full.port, { path: "/v1/traces", headers: json, body });
    expect(overHttp.status).toBe(503);
    expect(Number(overHttp.headers["retry-after"])).toBeGreaterThan(0);
    const overGrpc = await callRaw("traces", encodePlain(requestTypes.traces, traceExample()[1]), {
      to: full,
    });
    expect(overGrpc.code).toBe(rpc.UNAVAILABLE);
    expect(String(overGrpc.metadata?.get("grpc-status-details-bin")[0])).toContain("RetryInfo");
  });

  it("12, 13: what no retry mends asks for none", async () => {
    const large = new Uint8Array(maxBodyBytes + 1);
    const overHttp = await ask(collector.port, {
      path: "/v1/traces",
      headers: protobuf,
      body: large,
    });
    expect(overHttp.headers["retry-after"]).toBeUndefined();
    const overGrpc = await callRaw("traces", large);
    expect(overGrpc.code).toBe(rpc.RESOURCE_EXHAUSTED);
    const details = String(overGrpc.metadata?.get("grpc-status-details-bin")[0]);
    expect(details).not.toContain("RetryInfo");
  });

  it("14: 401 and UNAUTHENTICATED without a key, 403 and PERMISSION_DENIED without the scope", async () => {
    const apiKeys = [
      keySetting("sender", "acme", ["ingest", "read"]),
      keySetting("reader", "acme", ["read"]),
    ];
    const closed = await startCollector({ settings: { auth: { apiKeys } } });
    const message = encodePlain(requestTypes.traces, traceExample()[1]);
    for (const [key, status, code] of [
      [null, 401, rpc.UNAUTHENTICATED],
      ["unknown", 401, rpc.UNAUTHENTICATED],
      ["reader", 403, rpc.PERMISSION_DENIED],
      ["sender", 200, rpc.OK],
    ] as const) {
      const headers = key === null ? {} : { authorization: `Bearer ${key}` };
      const answer = await ask(closed.port, {
        path: "/v1/traces",
        headers: { ...protobuf, ...headers },
        body: message,
      });
      expect([key, answer.status]).toEqual([key, status]);
      const metadata = new Metadata();
      if (key !== null) {
        metadata.set("x-api-key", key);
      }
      expect([key, (await callRaw("traces", message, { to: closed, metadata })).code]).toEqual([
        key,
        code,
      ]);
    }
    expect(await closed.accounting("reader")).toMatchObject([{ tenant: "acme", received: 2 }]);
  });

  it("4: a gzip bomb over gRPC is stopped", async () => {
    const bomb = new Uint8Array(maxBodyBytes * 16);
    expect((await callRaw("traces", bomb, { gzip: true })).code).toBe(rpc.RESOURCE_EXHAUSTED);
    expect(await collector.accounting()).toContainEqual(
      expect.objectContaining({
        rejected: expect.objectContaining({ too_large: expect.any(Number) }),
      }),
    );
  });
});

describe("HTTP alone", () => {
  const post = (headers: Record<string, string>, body: Uint8Array | string) =>
    ask(collector.port, { path: "/v1/traces", headers, body });

  it("1: other paths can be configured", async () => {
    const moved = await startCollector({
      settings: { otlp: { paths: { traces: "/otlp/spans" } } },
    });
    const body = toOtlpJson(traceExample()[1]);
    expect((await ask(moved.port, { path: "/otlp/spans", headers: json, body })).status).toBe(200);
    expect((await ask(moved.port, { path: "/v1/traces", headers: json, body })).status).toBe(404);
  });

  it("2: both media types on one port; the answer has the type of the request", async () => {
    const [, request] = traceExample();
    const asJson = await post(json, toOtlpJson(request));
    const asProtobuf = await post(protobuf, encodePlain(requestTypes.traces, request));
    expect(asJson.headers["content-type"]).toMatch(/^application\/json/);
    expect(asProtobuf.headers["content-type"]).toBe("application/x-protobuf");
    const badJson = await post(json, "{");
    const badProtobuf = await post(protobuf, Uint8Array.of(10, 200));
    expect(badJson.headers["content-type"]).toMatch(/^application\/json/);
    expect(badProtobuf.headers["content-type"]).toBe("application/x-protobuf");
  });

  it("15: ids are hex in either case, other bytes base64", async () => {
    const value = { bytesValue: Buffer.from([1, 2, 250]).toString("base64") };
    const span = {
      traceId: "5B8EFFF798038103D269B633813FC60C",
      spanId: "eee19b7ec3c1b174",
      startTimeUnixNano: nowNano,
      attributes: [{ key: "raw", value }],
    };
    const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
    expect(JSON.parse((await post(json, body)).body.toString())).toEqual({});
    const [kept] = (await stored()) as Span[];
    expect(kept?.traceId).toBe("5b8efff798038103d269b633813fc60c");
    expect(kept?.attributes.get("raw")).toEqual(new Uint8Array([1, 2, 250]));
  });

  it("16: enums are integers, 64-bit integers strings or numbers", async () => {
    const span = (changes: object) => ({
      ...exampleSpan({ traceId: "5b8efff798038103d269b633813fc60c", spanId: "eee19b7ec3c1b174" }),
      parentSpanId: "",
      ...changes,
    });
    const spans = [
      span({ kind: "SPAN_KIND_SERVER" }),
      span({ status: { code: "STATUS_CODE_ERROR" } }),
      span({ attributes: [{ key: "n", value: { intValue: 7 } }] }),
      span({ attributes: [{ key: "n", value: { intValue: "7" } }] }),
    ];
    const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
    const answer = JSON.parse((await post(json, body)).body.toString());
    expect(answer.partialSuccess).toMatchObject({ rejectedSpans: "2" });
    const kept = (await stored()) as Span[];
    expect(kept.map(({ attributes }) => attributes.get("n"))).toEqual([7, 7]);
  });

  it("17: unknown fields are ignored, snake_case ones too", async () => {
    const span = {
      traceId: "5b8efff798038103d269b633813fc60c",
      spanId: "eee19b7ec3c1b174",
      startTimeUnixNano: nowNano,
      start_time_unix_nano: "nonsense",
      future: { deep: [1] },
    };
    const body = JSON.stringify({ next: 1, resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
    expect(JSON.parse((await post(json, body)).body.toString())).toEqual({});
  });

  it("20: connections stay open, requests run side by side", async () => {
    const own = await startCollector({});
    const sends = Array.from({ length: 30 }, async (_, number) => {
      const spanId = Buffer.from((number + 1).toString(16).padStart(16, "0"), "hex");
      const body = toOtlpJson(traceExample([exampleSpan({ spanId })])[1]);
      return fetch(`${own.url}/v1/traces`, { method: "POST", headers: json, body });
    });
    const statuses = (await Promise.all(sends)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(await own.accounting()).toMatchObject([{ received: 30 }]);
  });

  it("3: what is queued is what came, byte for byte", async () => {
    const packed = gzipSync(toOtlpJson(traceExample()[1]));
    await post({ ...json, "content-encoding": "gzip" }, packed);
    const [record] = await collector.queue.drain();
    expect(record?.contentEncoding).toBe("gzip");
    expect(Buffer.from(record?.body ?? []).equals(packed)).toBe(true);
  });
});

async function stored(): Promise<(Span | LogRecord | MetricPoint)[]> {
  return (await collector.queue.drain()).flatMap(recordsOf);
}

function oldGauge(): Record<string, unknown> {
  return { name: "old", gauge: { dataPoints: [{ timeUnixNano: "5", asDouble: 1 }] } };
}
