import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Config } from "../config/config.ts";
import { isAllowedHost } from "./host-guard.ts";
import { HttpError } from "./http-error.ts";
import { judgeOrigin } from "./origin-guard.ts";
import { securityHeaders } from "./security-headers.ts";

export type GuardConfig = Pick<Config, "allowedHosts" | "allowedOrigins">;

declare module "fastify" {
  interface FastifyContextConfig {
    /** Origins that may call this route beside those of the whole service. */
    webOrigins?: readonly string[];
  }
}

/**
 * The checks every port makes before anything else, authentication included: the `Host` is
 * ours (421), the `Origin` is ours or listed (403), and calls that change state under
 * `/api/v1` say `application/json` (415), a type that no form of another site can send.
 */
export function guardRequests(instance: FastifyInstance, config: GuardConfig): void {
  instance.addHook("onRequest", async (request, reply) => {
    reply.headers(securityHeaders);
    requireHost(request, config);
    const origins = originsOf(request, config);
    if (origins.length > 0) {
      reply.header("vary", "Origin");
    }
    const verdict = judgeOrigin(request.headers.origin, hostOf(request), origins);
    if (verdict === "foreign") {
      throw new HttpError(
        "forbidden",
        "Pages of other sites may not call this service; list their origin under allowedOrigins (TELLTALE_ALLOWED_ORIGINS) if they should.",
      );
    }
    if (verdict === "listed") {
      allowOrigin(request, reply);
    }
    if (isPreflight(request)) {
      return reply.code(204).send();
    }
    requireJson(request);
    return undefined;
  });
}

function requireHost(request: FastifyRequest, config: GuardConfig): void {
  if (!isAllowedHost(hostOf(request), config.allowedHosts)) {
    throw new HttpError(
      "misdirected",
      "The Host header names neither this machine's loopback nor a configured host; add the name to allowedHosts (TELLTALE_ALLOWED_HOSTS).",
    );
  }
}

/** HTTP/2 names the host in `:authority`. */
function hostOf({ headers }: FastifyRequest): string | undefined {
  const authority = headers[":authority"];
  return typeof authority === "string" ? authority : headers.host;
}

function originsOf(request: FastifyRequest, { allowedOrigins }: GuardConfig): readonly string[] {
  const { webOrigins = [] } = request.routeOptions.config;
  return webOrigins.length === 0 ? allowedOrigins : [...allowedOrigins, ...webOrigins];
}

/** What a browser may send along; trace context comes from instrumented `fetch`. */
const allowedHeaders =
  "authorization, baggage, content-encoding, content-type, traceparent, tracestate, x-api-key";

/**
 * Answers of the CORS protocol, for listed origins only. Routes for web pages allow credentials
 * because `sendBeacon` always asks for them; no port knows a caller by a cookie.
 */
function allowOrigin(request: FastifyRequest, reply: FastifyReply): void {
  reply.header("access-control-allow-origin", request.headers.origin ?? "");
  if (request.routeOptions.config.webOrigins !== undefined) {
    reply.header("access-control-allow-credentials", "true");
  }
  reply.header("access-control-expose-headers", "retry-after");
  reply.header("cross-origin-resource-policy", "cross-origin");
  if (isPreflight(request)) {
    reply.header("access-control-allow-methods", "GET, POST");
    reply.header("access-control-allow-headers", allowedHeaders);
    reply.header("access-control-max-age", "600");
  }
}

function isPreflight(request: FastifyRequest): boolean {
  return (
    request.method === "OPTIONS" &&
    request.headers.origin !== undefined &&
    request.headers["access-control-request-method"] !== undefined
  );
}

const readingMethods = new Set(["GET", "HEAD", "OPTIONS"]);

function requireJson(request: FastifyRequest): void {
  const route = request.routeOptions.url ?? "";
  if (!route.startsWith("/api/v1/") || readingMethods.has(request.method)) {
    return;
  }
  const mediaType = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  if (mediaType !== "application/json") {
    throw new HttpError(
      "unsupported_media_type",
      `expected Content-Type application/json, got ${mediaType === undefined ? "none" : "another"}`,
    );
  }
}
