import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Config } from "../config/config.ts";
import { isAllowedHost } from "./host-guard.ts";
import { HttpError } from "./http-error.ts";
import { judgeOrigin } from "./origin-guard.ts";
import { securityHeaders } from "./security-headers.ts";

export type GuardConfig = Pick<Config, "allowedHosts" | "allowedOrigins">;

/**
 * The checks every port makes before anything else, authentication included: the `Host` is
 * ours (421), the `Origin` is ours or listed (403), and calls that change state under
 * `/api/v1` say `application/json` (415), a type that no form of another site can send.
 */
export function guardRequests(instance: FastifyInstance, config: GuardConfig): void {
  instance.addHook("onRequest", async (request, reply) => {
    reply.headers(securityHeaders);
    requireHost(request, config);
    const verdict = judgeOrigin(
      request.headers.origin,
      request.headers.host,
      config.allowedOrigins,
    );
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
  if (!isAllowedHost(request.headers.host, config.allowedHosts)) {
    throw new HttpError(
      "misdirected",
      "The Host header names neither this machine's loopback nor a configured host; add the name to allowedHosts (TELLTALE_ALLOWED_HOSTS).",
    );
  }
}

/** Answers of the CORS protocol, for listed origins only. */
function allowOrigin(request: FastifyRequest, reply: FastifyReply): void {
  reply.header("access-control-allow-origin", request.headers.origin ?? "");
  reply.header("vary", "Origin");
  reply.header("cross-origin-resource-policy", "cross-origin");
  if (isPreflight(request)) {
    reply.header("access-control-allow-methods", "GET, POST");
    reply.header(
      "access-control-allow-headers",
      "authorization, content-encoding, content-type, x-api-key",
    );
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
