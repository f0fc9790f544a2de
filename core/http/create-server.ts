import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { type FastifyInstance, type FastifyReply, fastify } from "fastify";
import { requirePermissions } from "../auth/require-permissions.ts";
import type { Config } from "../config/config.ts";
import type { Logger } from "../log.ts";
import { guardRequests } from "./guard-requests.ts";
import { handleErrors } from "./handle-errors.ts";
import { HttpError } from "./http-error.ts";
import { type RenderError, renderProblem } from "./render-problem.ts";
import { securityHeaders } from "./security-headers.ts";

/** Limits of one connection. Node checks the two timeouts of a request every 5 s. */
export const connectionLimits = {
  headersTimeoutMs: 15_000,
  /** The whole request, body included: 64 MiB at 9 Mbit/s. */
  requestTimeoutMs: 60_000,
  keepAliveTimeoutMs: 65_000,
  maxHeaderBytes: 16_384,
  /** Bodies that fastify itself parses (the API); uploads have their own limit. */
  maxParsedBodyBytes: 1_048_576,
} as const;

export interface ServerOptions {
  readonly config: Pick<Config, "allowedHosts" | "allowedOrigins" | "auth">;
  readonly logger: Logger;
  /** Form of error bodies; problem documents unless given. */
  readonly renderError?: RenderError;
}

/**
 * A fastify instance that is safe to bind: bounded connections, the guards of
 * `guard-requests.ts`, authentication with a permission on every route, uniform errors. It
 * logs no request; bodies and headers are the callers' secrets.
 */
export function createServer(options: ServerOptions): FastifyInstance {
  const { config, logger, renderError = renderProblem } = options;
  const server = fastify({
    logger: false,
    bodyLimit: connectionLimits.maxParsedBodyBytes,
    // Ids of changes are their senders', and may be long; the header limit bounds them.
    routerOptions: { maxParamLength: connectionLimits.maxHeaderBytes },
    requestTimeout: connectionLimits.requestTimeoutMs,
    keepAliveTimeout: connectionLimits.keepAliveTimeoutMs,
    // While the server closes, requests that still arrive are answered in their own protocol.
    return503OnClosing: false,
    forceCloseConnections: "idle",
    http: {
      headersTimeout: connectionLimits.headersTimeoutMs,
      maxHeaderSize: connectionLimits.maxHeaderBytes,
      connectionsCheckingInterval: 5000,
    },
    clientErrorHandler: (error, socket) => refuseConnection(error.code, socket, renderError),
    frameworkErrors: (error, _request, reply: FastifyReply) => {
      const refusal = new HttpError("invalid_request", error.message);
      const { contentType, body } = renderError(refusal, undefined);
      void reply.code(400).headers(securityHeaders).type(contentType).send(Buffer.from(body));
    },
  });
  // Handlers parse their input into typed values; a route's schema describes and writes only.
  server.setValidatorCompiler(() => () => true);
  handleErrors(server, renderError, logger);
  guardRequests(server, config);
  requirePermissions(server, config.auth.apiKeys);
  server.setNotFoundHandler(async (request) => {
    throw new HttpError("not_found", `no route for ${request.method} on this path`);
  });
  return server;
}

/** Bytes that are not HTTP, or not in time: there is no request object to answer through. */
function refuseConnection(code: string, socket: Socket, renderError: RenderError): void {
  if (code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = statusOfClientError.get(code) ?? 400;
  const { contentType, body } = renderError(
    new HttpError("invalid_request", `expected an HTTP/1.1 request, got ${code}`),
    undefined,
  );
  const bytes = Buffer.from(body);
  socket.write(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: ${contentType}\r\n` +
      `Content-Length: ${bytes.length}\r\nConnection: close\r\n\r\n`,
  );
  socket.end(bytes);
}

const statusOfClientError = new Map([
  ["ERR_HTTP_REQUEST_TIMEOUT", 408],
  ["HPE_HEADER_OVERFLOW", 431],
]);
