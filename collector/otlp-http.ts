import type { FastifyContextConfig, FastifyInstance, FastifyRequest } from "fastify";
import { handleErrors } from "../core/http/handle-errors.ts";
import { HttpError } from "../core/http/http-error.ts";
import { encodeResponse } from "../core/otlp/encode-response.ts";
import type { RecordEncoding } from "../core/queue/queue.ts";
import { createBodyScanner } from "./body-scanner.ts";
import { mediaType } from "./media-type.ts";
import { receiveTelemetry, signals } from "./receive-telemetry.ts";
import { RefusedUpload } from "./refused-upload.ts";
import { otlpMediaTypes, renderStatus } from "./render-status.ts";
import { acceptUploads, type UploadDependencies } from "./take-upload.ts";

type ContentType = RecordEncoding["contentType"];

const profilesPath = "/v1development/profiles";
const otherMethods = ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"];

/**
 * The OTLP/HTTP receiver: `POST /v1/{traces,logs,metrics}`. It answers 200 only after the
 * request is durable in the queue; every other answer carries a `google.rpc.Status`.
 */
export function otlpHttp(dependencies: UploadDependencies) {
  const { paths, cors } = dependencies.config.otlp;
  const webOrigins = cors.allowedOrigins;
  return async (instance: FastifyInstance): Promise<void> => {
    const scanner = createBodyScanner();
    instance.addHook("onClose", () => scanner.close());
    const uploads: UploadDependencies = { ...dependencies, scanBody: scanner.scan };
    handleErrors(instance, renderStatus, dependencies.logger);
    acceptUploads(
      instance,
      dependencies,
      ({ routeOptions: { url } }) => signals.find((signal) => paths[signal] === url) ?? "profiles",
    );
    for (const signal of signals) {
      const config: FastifyContextConfig = { permission: "ingest", webOrigins };
      instance.post(paths[signal], { config }, async (request, reply) => {
        const receipt = await receiveTelemetry(uploads, signal, request, readContentType);
        const { contentType } = receipt;
        const body = encodeResponse(signal, contentType, receipt);
        return reply.type(otlpMediaTypes[contentType]).send(body);
      });
      refuseOtherMethods(instance, paths[signal], webOrigins);
    }
    instance.post(profilesPath, { config: { permission: "ingest" } }, async () => {
      throw profilesNotReceived();
    });
    refuseOtherMethods(instance, profilesPath, []);
  };
}

/** Profiles are a development signal of OTLP. */
export function profilesNotReceived(): HttpError {
  return new HttpError(
    "not_implemented",
    "profiles are not supported; send traces, logs and metrics",
  );
}

function readContentType(request: FastifyRequest): ContentType {
  const type = mediaType(request.headers["content-type"]);
  if (type === otlpMediaTypes.protobuf) {
    return "protobuf";
  }
  if (type === otlpMediaTypes.json) {
    return "json";
  }
  throw new RefusedUpload(
    "unsupported_media_type",
    `expected Content-Type ${otlpMediaTypes.protobuf} or ${otlpMediaTypes.json}, got ${type.slice(0, 80) || "none"}`,
  );
}

/** Every method that is not POST; a preflight never comes this far. */
function refuseOtherMethods(
  instance: FastifyInstance,
  url: string,
  webOrigins: readonly string[],
): void {
  instance.route({
    method: otherMethods,
    url,
    config: { permission: "public", webOrigins },
    handler: async (request) => {
      throw new HttpError("method_not_allowed", `expected POST, got ${request.method}`, {
        headers: { allow: "POST" },
      });
    },
  });
}
