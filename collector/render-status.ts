import { errorKinds, type HttpError } from "../core/http/http-error.ts";
import type { RenderedError } from "../core/http/render-problem.ts";
import { encodeStatus } from "../core/otlp/encode-status.ts";
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
    body: encodeStatus(contentType, {
      code: errorKinds[error.kind].rpcCode,
      message: error.message,
    }),
  };
}

export const otlpMediaTypes = {
  protobuf: "application/x-protobuf",
  json: "application/json",
} as const;
