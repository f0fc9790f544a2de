import { once } from "node:events";
import { type ClientHttp2Session, connect as connectHttp2, constants } from "node:http2";
import { connect, type Socket } from "node:net";
import { encodePlain, requestTypes } from "../core/otlp/oracle.ts";
import { toOtlpJson } from "../core/otlp/oracle-json.ts";
import { connectGrpc } from "../helpers/grpc-request.ts";
import { ask } from "../helpers/http-request.ts";
import { traceExample } from "../helpers/otlp-examples.ts";
import { startTestCollector, type TestCollector } from "../helpers/test-collector.ts";

/** Every wait below is for an event of the real socket; a limit that fails hangs the test. */
const connections = { headersSeconds: 0.2, requestSeconds: 0.4, idleSeconds: 0.4, max: 6 };

let collector: TestCollector;
const open: (Socket | ClientHttp2Session)[] = [];
beforeAll(async () => {
  collector = await startTestCollector({ settings: { otlp: { connections } } });
});
afterEach(() => {
  for (const connection of open.splice(0)) {
    connection.destroy();
  }
});
afterAll(async () => collector.close());

/** A raw connection; what comes back is collected. */
async function dial(url: string): Promise<{ socket: Socket; answer: () => string }> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  open.push(socket);
  let answer = "";
  socket.on("data", (chunk) => {
    answer += chunk.toString("latin1");
  });
  // A reset is one of the ways to be closed.
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return { socket, answer: () => answer };
}

/** Writes a byte now and then, as long as the other side listens. */
function trickle(write: () => void): () => void {
  const timer = setInterval(write, 50);
  return () => clearInterval(timer);
}

async function sendsAreTaken(): Promise<void> {
  const [, request] = traceExample();
  const headers = { "content-type": "application/json" };
  const body = toOtlpJson(request);
  const answer = await ask(collector.port, { path: "/v1/traces", headers, body });
  expect(answer.status).toBe(200);
  const client = connectGrpc(collector.grpcUrl);
  const message = encodePlain(requestTypes.traces, request);
  expect((await client.call("trace.v1.Trace", message)).code).toBe(0);
  client.close();
}

const head = "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

describe("over HTTP", () => {
  it.each([
    { name: "never says a word", start: "", drip: "" },
    { name: "sends a header at a time", start: head, drip: "X-A: b\r\n" },
    { name: "sends a body byte by byte", start: `${head}Content-Length: 9999\r\n\r\n`, drip: " " },
  ])("a sender that $name is cut off, others are served", async ({ start, drip }) => {
    const { socket, answer } = await dial(collector.url);
    socket.write(start);
    const stop = trickle(() => socket.write(drip));
    const closed = once(socket, "close");
    await sendsAreTaken();
    await closed;
    stop();
    expect(answer()).toMatch(/^(HTTP\/1\.1 408 |$)/);
    expect(await collector.accounting()).not.toContainEqual(
      expect.objectContaining({ rejected: expect.objectContaining({ undecodable: 1 }) }),
    );
  });

  it("a connection that stays idle after a request is closed", async () => {
    const { socket, answer } = await dial(collector.url);
    socket.write(`${head}Content-Length: 2\r\n\r\n{}`);
    await once(socket, "close");
    expect(answer()).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe("over gRPC", () => {
  const path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

  it.each([
    { name: "never says a word", bytes: "" },
    { name: "does not speak HTTP/2", bytes: head },
  ])("a connection that $name is closed", async ({ bytes }) => {
    const { socket } = await dial(collector.grpcUrl);
    socket.write(bytes);
    const closed = once(socket, "close");
    await sendsAreTaken();
    await closed;
    expect(socket.closed).toBe(true);
  });

  it("a session without a request is closed", async () => {
    const session = connectHttp2(collector.grpcUrl);
    open.push(session);
    await once(session, "close");
    expect(session.closed).toBe(true);
  });

  it("a call that sends its message byte by byte is cancelled", async () => {
    const session = connectHttp2(collector.grpcUrl);
    open.push(session);
    const stream = session.request({
      ":method": "POST",
      ":path": path,
      "content-type": "application/grpc",
    });
    stream.on("error", () => undefined);
    const stop = trickle(() => stream.destroyed || stream.write(Buffer.alloc(1)));
    await sendsAreTaken();
    await once(stream, "close");
    stop();
    expect(stream.rstCode).toBe(constants.NGHTTP2_CANCEL);
  });
});

it.each(["url", "grpcUrl"] as const)(
  "further connections than allowed are closed (%s)",
  async (port) => {
    const url = collector[port];
    const held = await Promise.all(Array.from({ length: connections.max }, () => dial(url)));
    const { socket } = await dial(url);
    await once(socket, "close");
    await Promise.all(held.map(async (one) => one.socket.closed || once(one.socket, "close")));
    await sendsAreTaken();
    expect(socket.closed).toBe(true);
  },
);
