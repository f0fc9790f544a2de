import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { AdHocRefusedError } from "./ad-hoc-error.ts";
import type { AdHocResult, AdHocStore } from "./ad-hoc-store.ts";
import { type ClickHouseUrl, readClickHouseUrl } from "./clickhouse-url.ts";

const compress = promisify(gzip);

export interface ClickHouseRoutesOptions {
  readonly adHoc: AdHocStore;
  readonly tenantOf: (request: FastifyRequest) => string;
}

/**
 * The read-only part of ClickHouse's HTTP interface, for Grafana and other clients:
 * `GET /clickhouse?query=…`, `POST /clickhouse` with the query as body, and `/clickhouse/ping`.
 */
export async function clickHouseRoutes(
  instance: FastifyInstance,
  { adHoc, tenantOf }: ClickHouseRoutesOptions,
): Promise<void> {
  // The body is SQL whatever its type says.
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) =>
    done(null, body),
  );
  const config = { permission: "read" } as const;
  instance.get("/clickhouse/ping", { config }, async (_request, reply) => sendOk(reply));
  instance.get("/clickhouse", { config }, answer);
  instance.get("/clickhouse/", { config }, answer);
  instance.post("/clickhouse", { config }, answer);
  instance.post("/clickhouse/", { config }, answer);

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    try {
      const url = readClickHouseUrl(request.raw.url ?? "");
      const sql = queryOf(request, url);
      if (sql === "") {
        return await sendOk(reply);
      }
      const { params, defaultFormat } = url;
      const tenant = tenantOf(request);
      return await sendResult(reply, {
        result: await adHoc.query({ tenant, sql, params, ...(defaultFormat && { defaultFormat }) }),
        gzipped: url.compress && acceptsGzip(request),
      });
    } catch (error) {
      if (error instanceof AdHocRefusedError) {
        return sendRefusal(reply, error);
      }
      throw error;
    }
  }
}

function queryOf(request: FastifyRequest, url: ClickHouseUrl): string {
  const body = typeof request.body === "string" ? request.body.trim() : "";
  const query = url.query.trim();
  if (body !== "" && query !== "") {
    throw new AdHocRefusedError("expected the query in the URL or in the body, got both");
  }
  return body === "" ? query : body;
}

function acceptsGzip(request: FastifyRequest): boolean {
  return /\bgzip\b/.test(request.headers["accept-encoding"] ?? "");
}

function sendOk(reply: FastifyReply): FastifyReply {
  return reply.type("text/plain; charset=UTF-8").send("Ok.\n");
}

interface Answer {
  readonly result: AdHocResult;
  readonly gzipped: boolean;
}

async function sendResult(reply: FastifyReply, { result, gzipped }: Answer): Promise<FastifyReply> {
  const { bytes, contentType, format, rowsRead, elapsedSeconds } = result;
  reply
    .header("content-type", contentType)
    .header("x-clickhouse-format", format)
    .header("x-clickhouse-timezone", "UTC")
    .header(
      "x-clickhouse-summary",
      JSON.stringify({
        read_rows: String(rowsRead),
        elapsed_ns: String(Math.round(elapsedSeconds * 1e9)),
      }),
    );
  if (!gzipped) {
    return reply.send(Buffer.from(bytes));
  }
  return reply.header("content-encoding", "gzip").send(await compress(bytes));
}

/** In ClickHouse's own form, which its clients parse. */
function sendRefusal(reply: FastifyReply, error: AdHocRefusedError): FastifyReply {
  if (error.status === 429) {
    reply.header("retry-after", "5");
  }
  return reply
    .code(error.status)
    .header("x-clickhouse-exception-code", error.code)
    .type("text/plain; charset=UTF-8")
    .send(`Code: ${error.code}. DB::Exception: ${error.message} (${error.type})\n`);
}
