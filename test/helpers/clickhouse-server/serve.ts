import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { type EngineResult, openEngine } from "./engine.ts";
import { createFaults, type Fault } from "./faults.ts";
import { BadRequestError, readRequest, type StoreRequest } from "./read-request.ts";

/**
 * ClickHouse's HTTP interface in front of chdb, in a process of its own. Started by
 * `startClickHouseServer`, which talks to it through messages.
 */
export interface ServeOptions {
  readonly folder: string;
  readonly port: number;
  /** Required of every request if set. */
  readonly user?: string;
  readonly password?: string;
  /** Name of a cluster that tables may be spread over; none of its servers answers. */
  readonly cluster?: string;
}

export type Order =
  | { readonly kind: "fault"; readonly fault: Fault }
  | { readonly kind: "clear" }
  | { readonly kind: "state" }
  | { readonly kind: "stop" };

export interface State {
  /** Requests that came, and how many of them ran at once at most. */
  readonly requests: number;
  readonly mostAtOnce: number;
  readonly struck: number;
  readonly accessStatements: readonly string[];
}

const options = JSON.parse(process.argv[2] ?? "{}") as ServeOptions;
const engine = openEngine(options.folder, options.cluster);
const faults = createFaults();
let requests = 0;
let atOnce = 0;
let mostAtOnce = 0;

const server = createServer((request, response) => void answer(request, response));
server.keepAliveTimeout = 60_000;
server.requestTimeout = 0;
server.listen(options.port, "127.0.0.1", () => {
  process.send?.({ kind: "ready", port: (server.address() as AddressInfo).port });
});

process.on("message", (message: { id: number; order: Order }) => {
  void obey(message.order).then((result) => process.send?.({ id: message.id, result }));
});
// Without its parent it serves nobody.
process.on("disconnect", () => process.exit(0));

async function obey(order: Order): Promise<State> {
  switch (order.kind) {
    case "fault":
      faults.add(order.fault);
      break;
    case "clear":
      faults.clear();
      break;
    case "stop":
      server.closeAllConnections();
      server.close();
      await engine.close();
      break;
    case "state":
  }
  const accessStatements = engine.accessStatements();
  return { requests, mostAtOnce, struck: faults.struck(), accessStatements };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  requests += 1;
  atOnce += 1;
  mostAtOnce = Math.max(mostAtOnce, atOnce);
  try {
    await serve(request, response);
  } catch (error) {
    fail(response, error);
  } finally {
    atOnce -= 1;
  }
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url?.startsWith("/ping") === true) {
    response.end("Ok.\n");
    return;
  }
  const asked = await readRequest(request);
  authenticate(asked);
  const fault = faults.take(asked.sql);
  if (fault?.action === "delay") {
    await sleep(fault.delayMs);
  }
  if (fault?.action === "cut-before") {
    request.socket.destroy();
    return;
  }
  if (fault?.action === "error") {
    throw injected(fault);
  }
  const result = await engine.run(asked);
  if (fault?.action === "cut-after") {
    request.socket.destroy();
    return;
  }
  if (fault?.action === "error-after") {
    throw injected(fault);
  }
  send(response, asked, result);
}

function injected({ code = 999 }: Fault): Error {
  return new Error(`Code: ${code}. DB::Exception: made by a test. (MADE_BY_A_TEST)`);
}

function authenticate({ user, password }: StoreRequest): void {
  if (options.user !== undefined && (user !== options.user || password !== options.password)) {
    throw new Error(
      `Code: 516. DB::Exception: ${user}: Authentication failed. (AUTHENTICATION_FAILED)`,
    );
  }
}

function send(
  response: ServerResponse,
  { queryId, acceptsGzip, settings, sql, defaultFormat }: StoreRequest,
  { bytes, rowsRead, elapsedSeconds }: EngineResult,
): void {
  const gzip = acceptsGzip && settings.get("enable_http_compression") === "1";
  const elapsed = String(Math.round(elapsedSeconds * 1e9));
  response.writeHead(200, {
    "content-type": "text/plain; charset=UTF-8",
    "x-clickhouse-query-id": queryId,
    "x-clickhouse-format": /\bFORMAT\s+(\w+)\s*$/i.exec(sql)?.[1] ?? defaultFormat,
    "x-clickhouse-timezone": "UTC",
    "x-clickhouse-summary": JSON.stringify({ read_rows: String(rowsRead), elapsed_ns: elapsed }),
    ...(gzip && { "content-encoding": "gzip" }),
  });
  response.end(gzip ? gzipSync(bytes) : bytes);
}

/** Statuses as ClickHouse has them for the codes that matter here; others are 500. */
const statusOf = new Map([
  ["60", 404],
  ["62", 400],
  ["81", 404],
  ["115", 400],
  ["164", 403],
  ["241", 503],
  ["497", 403],
  ["516", 403],
]);

function fail(response: ServerResponse, error: unknown): void {
  if (error instanceof BadRequestError) {
    response.writeHead(400).end(`Poco::Exception. Code: 1000, e.displayText() = ${error.message}`);
    return;
  }
  const text = error instanceof Error ? error.message : String(error);
  const code = /Code: (\d+)\./.exec(text)?.[1] ?? "1002";
  response.writeHead(statusOf.get(code) ?? 500, { "x-clickhouse-exception-code": code });
  response.end(`${text.slice(Math.max(0, text.indexOf("Code: ")))} (version 26.7.2.1)\n`);
}
