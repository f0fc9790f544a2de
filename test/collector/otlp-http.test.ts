import { createHash } from "node:crypto";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { ask, type HttpQuestion } from "../helpers/http-request.ts";
import {
  decodeAnswer,
  logRequest,
  metricRequest,
  nestedAttribute,
  span,
  spans,
  toJson,
  traceRequest,
} from "../helpers/otlp-requests.ts";
import {
  startTestCollector as start,
  type TestCollector,
  type TestCollectorOptions,
} from "../helpers/test-collector.ts";
import { waitUntil } from "../helpers/wait-until.ts";

const json = { "content-type": "application/json" };
const protobuf = { "content-type": "application/x-protobuf" };
const gzip = { "content-encoding": "gzip" };
const maxBodyBytes = 4 * 1024 * 1024;

const started: TestCollector[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map(async (collector) => collector.close()));
});

async function startTestCollector(options?: TestCollectorOptions): Promise<TestCollector> {
  const collector = await start(options);
  started.push(collector);
  return collector;
}

function traces(question: Partial<HttpQuestion>): HttpQuestion {
  return { path: "/v1/traces", ...question };
}

describe("the OTLP/HTTP receiver", () => {
  let collector: TestCollector;
  const post = (question: HttpQuestion) => ask(collector.port, question);
  beforeEach(async () => {
    collector = await startTestCollector({ settings: { otlp: { maxBodyBytes } } });
  });

  it("keeps only the counts of a request without one good record", async () => {
    const request = traceRequest([span(1, { kind: "SPAN_KIND_CLIENT" })]);
    const answer = await post(traces({ headers: json, body: toJson(request) }));
    expect(answer.status).toBe(200);
    expect(await collector.accounting()).toMatchObject([
      { signal: "traces", received: 1, rejected: { invalid_enum: 1 }, inFlight: 0 },
    ]);
    for (const { body } of await collector.queue.drain()) {
      expect(body).toHaveLength(0);
    }
  });

  it("answers only after the queue has made the request durable", async () => {
    let release: () => void = () => undefined;
    const durable = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = await startTestCollector({
      wrap: (producer) => ({
        ...producer,
        append: async (record, options) => {
          await durable;
          return producer.append(record, options);
        },
      }),
    });
    let answered = false;
    const answer = ask(slow.port, traces({ headers: json, body: toJson(traceRequest(spans(1))) }));
    void answer.finally(() => {
      answered = true;
    });
    await sleep(100);
    expect(answered).toBe(false);
    release();
    expect((await answer).status).toBe(200);
  });

  describe("bad input", () => {
    const good = toJson(traceRequest(spans(2)));
    const packed = gzipSync(good);
    it.each([
      {
        name: "text",
        headers: { "content-type": "text/plain" },
        body: "x",
        status: 415,
        reason: "unsupported_media_type",
      },
      {
        name: "a form",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: "a=b",
        status: 415,
        reason: "unsupported_media_type",
      },
      { name: "no type", headers: {}, body: "x", status: 415, reason: "unsupported_media_type" },
      {
        name: "zstd",
        headers: { ...json, "content-encoding": "zstd" },
        body: "x",
        status: 415,
        reason: "unsupported_encoding",
      },
      {
        name: "gzip twice",
        headers: { ...json, "content-encoding": "gzip, gzip" },
        body: "x",
        status: 415,
        reason: "unsupported_encoding",
      },
      {
        name: "gzip that is none",
        headers: { ...json, ...gzip },
        body: good,
        status: 400,
        reason: "undecodable",
      },
      {
        name: "no gzip bytes",
        headers: { ...json, ...gzip },
        body: "",
        status: 400,
        reason: "undecodable",
      },
      {
        name: "gzip cut short",
        headers: { ...json, ...gzip },
        body: packed.subarray(0, -5),
        status: 400,
        reason: "undecodable",
      },
      {
        name: "gzip with garbage behind",
        headers: { ...json, ...gzip },
        body: Buffer.concat([packed, Buffer.from("garbage")]),
        status: 400,
        reason: "undecodable",
      },
      { name: "broken JSON", headers: json, body: "{", status: 400, reason: "undecodable" },
      { name: "no JSON at all", headers: json, body: "", status: 400, reason: "undecodable" },
      { name: "a JSON list", headers: json, body: "[]", status: 400, reason: "undecodable" },
      {
        name: "broken protobuf",
        headers: protobuf,
        body: good,
        status: 400,
        reason: "undecodable",
      },
      {
        name: "JSON that is not UTF-8",
        headers: json,
        body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
        status: 400,
        reason: "undecodable",
      },
      {
        name: "a body too large",
        headers: json,
        body: Buffer.alloc(maxBodyBytes + 1, " "),
        status: 413,
        reason: "too_large",
      },
      {
        name: "a gzip bomb",
        headers: { ...protobuf, ...gzip },
        body: gzipSync(Buffer.alloc(maxBodyBytes * 8)),
        status: 413,
        reason: "too_large",
      },
      {
        name: "a bomb that lies about its size",
        headers: { ...json, ...gzip },
        body: lyingBomb(),
        status: 413,
        reason: "too_large",
      },
    ])("$name gets $status, a Status and is counted $reason", async (row) => {
      const answer = await post(traces({ headers: row.headers, body: row.body }));
      expect(answer.status).toBe(row.status);
      const type = answer.headers["content-type"];
      const status =
        type === "application/x-protobuf"
          ? decodeAnswer("Status", answer.body)
          : JSON.parse(answer.body.toString());
      expect(status).toMatchObject({
        code: expect.any(Number),
        message: expect.stringMatching(/.{10}/),
      });
      expect(type === "application/x-protobuf").toBe(
        "content-type" in row.headers && row.headers["content-type"] === "application/x-protobuf",
      );
      expect(await collector.accounting()).toMatchObject([
        { signal: "traces", received: 1, rejected: { [row.reason]: 1 }, inFlight: 0 },
      ]);
      // It harms no other input.
      expect((await post(traces({ headers: json, body: good }))).status).toBe(200);
    });

    it("refuses a body too large that does not announce its size", async () => {
      const chunks = Array.from({ length: 5 }, () => Buffer.alloc(1024 * 1024, " "));
      expect((await post(traces({ headers: json, chunks }))).status).toBe(413);
    });

    it("takes a body of exactly the limit, before and after decompression", async () => {
      const body = Buffer.alloc(maxBodyBytes, " ");
      body.write("{}");
      expect((await post(traces({ headers: json, body }))).status).toBe(200);
      const small = gzipSync(body);
      expect((await post(traces({ headers: { ...json, ...gzip }, body: small }))).status).toBe(200);
    });

    it.each([1, 60_000])("takes gzip of several members, %d spans each", async (count) => {
      const [head, tail] = ['{"resourceSpans":[{"scopeSpans":[{"spans":[', "]}]}]}"];
      const middle = JSON.stringify(spans(count)).slice(1, -1);
      const body = Buffer.concat([head, middle, tail].map((part) => gzipSync(part ?? "")));
      const large = await startTestCollector();
      const answer = await ask(large.port, traces({ headers: { ...json, ...gzip }, body }));
      expect(answer.status).toBe(200);
      expect(await large.accounting()).toMatchObject([{ received: count, inFlight: count }]);
    });

    it.each([
      { levels: 40, rejected: {} },
      { levels: 101, rejected: { too_deep: 1 } },
    ])("a value nested $levels deep is counted $rejected", async ({ levels, rejected }) => {
      const attributes = [nestedAttribute(levels)];
      const body = toJson(traceRequest([span(1, { attributes })]));
      const answer = await post(traces({ headers: json, body }));
      expect(answer.status).toBe(200);
      expect(await collector.accounting()).toMatchObject([{ received: 1, rejected }]);
    });

    it.each([json, protobuf])("survives nesting without end in $content-type", async (headers) => {
      const body =
        headers === json
          ? `{"resourceSpans":${"[".repeat(1_000_000)}`
          : Buffer.alloc(1_000_000, Uint8Array.of(0x0a, 0x7f));
      expect((await post(traces({ headers, body }))).status).toBe(400);
    });

    it.each(["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])("answers %s with 405", async (method) => {
      const answer = await post(traces({ method }));
      expect(answer.status).toBe(405);
      expect(answer.headers.allow).toBe("POST");
      expect(method === "HEAD" || JSON.parse(answer.body.toString()).code === 12).toBe(true);
    });

    it("answers profiles with 501 and unknown paths with 404, both with a Status", async () => {
      const profiles = await post({ path: "/v1development/profiles", headers: protobuf, body: "" });
      expect(profiles.status).toBe(501);
      expect(decodeAnswer("Status", profiles.body)).toMatchObject({ code: 12 });
      const unknown = await post({ path: "/v1/nothing", headers: json, body: "{}" });
      expect(unknown.status).toBe(404);
      expect(JSON.parse(unknown.body.toString())).toMatchObject({ code: 5 });
      expect(
        (await post({ path: "/v1/nothing", headers: { "content-type": "text/x" }, body: "x" }))
          .status,
      ).toBe(404);
      expect(await collector.accounting()).toEqual([]);
    });

    it.each([
      { name: "another site's page", headers: { origin: "https://evil.example" }, status: 403 },
      { name: "a rebound name", headers: { host: "evil.example:4318" }, status: 421 },
    ])("refuses a post from $name", async ({ headers, status }) => {
      const body = toJson(traceRequest(spans(1)));
      const answer = await post(traces({ headers: { ...json, ...headers }, body }));
      expect(answer.status).toBe(status);
      expect(JSON.parse(answer.body.toString())).toMatchObject({
        code: expect.any(Number),
        message: expect.any(String),
      });
      expect(await collector.accounting()).toEqual([]);
    });
  });

  it("counts logs and metrics that come again with the same bytes as duplicates", async () => {
    for (const [signal, request] of [
      ["logs", logRequest("once")],
      ["metrics", metricRequest(2)],
    ] as const) {
      const path = `/v1/${signal}`;
      const body = toJson(request);
      expect((await post({ path, headers: json, body })).status).toBe(200);
      const again = { path, headers: { ...json, ...gzip }, body: gzipSync(body) };
      expect((await post(again)).status).toBe(200);
    }
    for (const row of await collector.accounting()) {
      expect(row).toMatchObject({ received: 2, rejected: { duplicate: 1 }, inFlight: 1 });
    }
  });

  it("forgets an upload that its sender gives up", async () => {
    const socket = connect(collector.port, "127.0.0.1");
    socket.write(
      "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
        `Content-Length: ${maxBodyBytes}\r\n\r\n${" ".repeat(1_000_000)}`,
    );
    await sleep(50);
    socket.destroy();
    await sleep(50);
    expect(await collector.accounting()).toEqual([]);
  });
});

describe("back-pressure", () => {
  it("answers 503 with Retry-After beyond the bytes in flight, and frees them again", async () => {
    let release: () => void = () => undefined;
    const durable = new Promise<void>((resolve) => {
      release = resolve;
    });
    let appending = 0;
    const collector = await startTestCollector({
      settings: { otlp: { maxInFlightBytes: 3_000_000 } },
      wrap: (producer) => ({
        ...producer,
        append: async (record, options) => {
          appending += 1;
          await durable;
          return producer.append(record, options);
        },
      }),
    });
    const body = (number: number) =>
      gzipSync(toJson(traceRequest([span(number, { name: "x".repeat(1_400_000) })])));
    const headers = { ...json, ...gzip };
    const send = (number: number) => ask(collector.port, traces({ headers, body: body(number) }));
    const held = [send(1), send(2)];
    await waitUntil("both to be held", async () => appending === 2);
    const refused = await send(3);
    expect(refused.status).toBe(503);
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    expect(JSON.parse(refused.body.toString())).toMatchObject({ code: 14 });
    release();
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await send(3)).status).toBe(200);
    expect(await collector.accounting()).toMatchObject([{ received: 3, rejected: {} }]);
  });

  it("leaks nothing of refused and aborted uploads", async () => {
    const collector = await startTestCollector({
      settings: { otlp: { maxInFlightBytes: 1_000_000, maxBodyBytes: 900_000 } },
    });
    const bad = gzipSync(Buffer.alloc(5_000_000));
    for (let round = 0; round < 8; round += 1) {
      await ask(collector.port, traces({ headers: { ...json, ...gzip }, body: bad }));
      await ask(collector.port, traces({ headers: json, body: " ".repeat(800_000) }));
      await abortUpload(collector.port);
    }
    const body = toJson(traceRequest([span(1, { name: "x".repeat(850_000) })]));
    const answer = await waitUntil("room for a whole upload", async () => {
      const given = await ask(collector.port, traces({ headers: json, body }));
      return given.status !== 503 && given;
    });
    expect(answer.status).toBe(200);
  });

  it("answers 503 with Retry-After when the queue is full", async () => {
    const collector = await startTestCollector({ maxQueueBytes: 1_048_576 });
    const statuses: number[] = [];
    for (let number = 1; number <= 30 && statuses.at(-1) !== 503; number += 1) {
      const body = toJson(traceRequest([span(number, { name: "x".repeat(100_000) })]));
      const answer = await ask(collector.port, traces({ headers: json, body }));
      statuses.push(answer.status);
    }
    expect(statuses[0]).toBe(200);
    expect(statuses.at(-1)).toBe(503);
    const acknowledged = statuses.filter((status) => status === 200).length;
    expect(await collector.accounting()).toMatchObject([{ received: acknowledged, rejected: {} }]);
  });

  it("answers 503, never 500 or 200, when the queue fails", async () => {
    const collector = await startTestCollector({
      wrap: (producer) => ({
        ...producer,
        append: () => Promise.reject(new Error("EIO")),
      }),
    });
    const body = toJson(traceRequest(spans(1)));
    const answer = await ask(collector.port, traces({ headers: json, body }));
    expect(answer.status).toBe(503);
    expect(JSON.parse(answer.body.toString())).toMatchObject({ code: 14 });
  });
});

describe("tenants", () => {
  it("14: takes the tenant from the key; without a key 401, without the scope 403", async () => {
    const key = (name: string, tenant: string, scopes: string[]) => ({
      name,
      tenant,
      scopes,
      sha256: createHash("sha256").update(name).digest("hex"),
    });
    const apiKeys = [
      key("acme-key", "acme", ["ingest", "read"]),
      key("zeta-key", "zeta", ["ingest", "read"]),
      key("reader", "acme", ["read"]),
    ];
    const collector = await startTestCollector({ settings: { auth: { apiKeys } } });
    const send = (headers: Record<string, string>, body = toJson(traceRequest(spans(2)))) =>
      ask(collector.port, traces({ headers: { ...json, ...headers }, body }));

    expect((await send({ authorization: "Bearer acme-key" })).status).toBe(200);
    expect((await send({ "x-api-key": "zeta-key" }, Buffer.from("{"))).status).toBe(400);
    const anonymous = await send({});
    expect(anonymous.status).toBe(401);
    expect(JSON.parse(anonymous.body.toString())).toMatchObject({ code: 16 });
    const reader = await send({ "x-api-key": "reader" });
    expect(reader.status).toBe(403);
    expect(JSON.parse(reader.body.toString())).toMatchObject({ code: 7 });

    expect(await collector.accounting("acme-key")).toMatchObject([
      { tenant: "acme", signal: "traces", received: 2 },
    ]);
    expect(await collector.accounting("zeta-key")).toMatchObject([
      { tenant: "zeta", signal: "traces", received: 1, rejected: { undecodable: 1 } },
    ]);
  });
});

/** A bomb whose trailer claims one byte, so that it looks small. */
function lyingBomb(): Buffer {
  const bomb = gzipSync(Buffer.alloc(maxBodyBytes * 2));
  return Buffer.concat([bomb, gzipSync("x")]);
}

async function abortUpload(port: number): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  socket.write(
    "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
      `Content-Length: 900000\r\n\r\n${" ".repeat(600_000)}`,
  );
  await sleep(30);
  socket.destroy();
}
