import { errorKinds, type HttpError } from "../core/http/http-error.ts";
import type { RenderedError } from "../core/http/render-problem.ts";
import { encodeStatus, type Status } from "../core/otlp/encode-status.ts";
import { mediaType } from "./media-type.ts";

/** Errors as `google.rpc.Status` in the encoding of the request, JSON where that is unknown. */
export function renderStatus(
  error: HttpError,
  requestContentType: string | undefined,
): RenderedError {
  const contentType =
    mediaType(requestContentType) === otlpMediaTypes.protobuf ? "protobuf" : "json";
  return {
    contentType: otlpMediaTypes[contentType],
    body: encodeStatus(contentType, statusOf(error)),
  };
}

/** The `google.rpc.Status` of an error, with what to mend or when to try again. */
export function statusOf({ kind, message, headers }: HttpError): Status {
  const retryAfterSeconds = Number(headers["retry-after"]);
  return {
    code: errorKinds[kind].rpcCode,
    message,
    ...(kind === "invalid_request" && { violation: message }),
    ...(Number.isInteger(retryAfterSeconds) && { retryAfterSeconds }),
  };
}

export const otlpMediaTypes = {
  protobuf: "application/x-protobuf",
  json: "application/json",
} as const;
