import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { type FastifyInstance, type FastifyReply, fastify } from "fastify";
import { type Access, createAccess } from "../auth/access.ts";
import { requirePermissions } from "../auth/require-permissions.ts";
import { renewCertificates } from "../auth/tls/renew-certificates.ts";
import { type TlsOptions, tlsOptions } from "../auth/tls/tls-options.ts";
import { systemClock } from "../clock.ts";
import type { Config } from "../config/config.ts";
import type { Connections } from "../config/otlp-config.ts";
import type { Logger } from "../log.ts";
import { createMetrics } from "../telemetry/metrics.ts";
import { boundStreams } from "./bound-streams.ts";
import {
  defaultConnections,
  fixedLimits,
  http1Options,
  http2Options,
} from "./connection-limits.ts";
import { guardRequests } from "./guard-requests.ts";
import { handleErrors } from "./handle-errors.ts";
import { HttpError } from "./http-error.ts";
import { type RenderError, renderProblem } from "./render-problem.ts";
import { securityHeaders } from "./security-headers.ts";

export interface ServerOptions {
  readonly config: Pick<Config, "allowedHosts" | "allowedOrigins" | "auth" | "tls">;
  readonly logger: Logger;
  /** Who callers are; by the configuration alone, unless given. */
  readonly access?: Access | undefined;
  /** Form of error bodies; problem documents unless given. */
  readonly renderError?: RenderError;
  /** Bounds of the port's connections; the default ones unless given. */
  readonly connections?: Connections;
  /** HTTP/2 without TLS is spoken with prior knowledge, as gRPC senders do. */
  readonly protocol?: "http1" | "http2";
}

/**
 * A fastify instance that is safe to bind: bounded connections, the guards of
 * `guard-requests.ts`, authentication with a permission on every route, uniform errors. It
 * logs no request; bodies and headers are the callers' secrets.
 */
export function createServer(options: ServerOptions): FastifyInstance {
  const { config, logger, renderError = renderProblem } = options;
  const { connections = defaultConnections, protocol = "http1" } = options;
  const {
    access = createAccess({ config, logger, clock: systemClock, metrics: createMetrics([]) }),
  } = options;
  const server = fastify({
    logger: false,
    bodyLimit: fixedLimits.maxParsedBodyBytes,
    // Ids of changes are their senders', and may be long; the header limit bounds them.
    routerOptions: { maxParamLength: fixedLimits.maxHeaderBytes },
    // While the server closes, requests that still arrive are answered in their own protocol.
    return503OnClosing: false,
    ...withTls(
      protocol === "http2" ? http2Options(connections) : http1Options(connections),
      tlsOptions(config.tls),
    ),
    clientErrorHandler: (error, socket) => refuseConnection(error.code, socket, renderError),
    frameworkErrors: (error, _request, reply: FastifyReply) => {
      const refusal = new HttpError("invalid_request", error.message);
      const { contentType, body } = renderError(refusal, undefined);
      void reply.code(400).headers(securityHeaders).type(contentType).send(Buffer.from(body));
    },
  });
  server.server.maxConnections = connections.max;
  renewCertificates(server, config.tls, { logger });
  // Handlers parse their input into typed values; a route's schema describes and writes only.
  server.setValidatorCompiler(() => () => true);
  handleErrors(server, renderError, logger);
  if (protocol === "http2") {
    boundStreams(server, connections);
  }
  guardRequests(server, config);
  requirePermissions(server, access);
  server.setNotFoundHandler(async (request) => {
    throw new HttpError("not_found", `no route for ${request.method} on this path`);
  });
  return server;
}

/** Node takes the options of its server under another name when it speaks TLS. */
function withTls(options: { readonly http?: object }, tls: TlsOptions | null): object {
  const { http, ...others } = options;
  return tls === null ? options : { ...others, https: { ...http, ...tls } };
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
