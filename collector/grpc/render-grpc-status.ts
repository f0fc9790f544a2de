import { errorKinds, type HttpError } from "../../core/http/http-error.ts";
import type { RenderedError } from "../../core/http/render-problem.ts";
import { encodeStatus } from "../../core/otlp/encode-status.ts";
import { RefusedUpload } from "../refused-upload.ts";
import { statusOf } from "../render-status.ts";

export const grpcMediaType = "application/grpc";

const unimplemented = 12;
/** Many clients accept 8 KiB of headers in all. */
const maxMessageCharacters = 1000;

/**
 * An error as gRPC's answer without a message: everything is in the headers. Callers that do
 * not speak gRPC get the status of HTTP.
 */
export function renderGrpcStatus(
  error: HttpError,
  requestContentType: string | undefined,
): RenderedError {
  const status = { ...statusOf(error), code: grpcCode(error) };
  const message = status.message.slice(0, maxMessageCharacters).toWellFormed();
  const details = encodeStatus("protobuf", {
    ...status,
    message,
    ...(status.violation !== undefined && { violation: message }),
  });
  return {
    contentType: grpcMediaType,
    body: "",
    status: isGrpc(requestContentType) ? 200 : errorKinds[error.kind].status,
    headers: {
      "grpc-status": String(status.code),
      "grpc-message": percentEncode(message),
      "grpc-status-details-bin": Buffer.from(details).toString("base64"),
      "grpc-accept-encoding": "identity,gzip",
    },
  };
}

/** Whether a `Content-Type` is gRPC with protobuf messages. */
export function isGrpc(contentType: string | undefined): boolean {
  return /^application\/grpc(\+proto)?(;|$)/.test(contentType ?? "");
}

/** Unlike HTTP's 415, gRPC has a code of its own for an unknown encoding and an unknown method. */
function grpcCode(error: HttpError): number {
  const isUnknown =
    error.kind === "not_found" ||
    (error instanceof RefusedUpload && error.reason === "unsupported_encoding");
  return isUnknown ? unimplemented : errorKinds[error.kind].rpcCode;
}

/** https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md: all but printable ASCII and %. */
function percentEncode(message: string): string {
  return message.replaceAll(/[^ -$&-~]+/gu, (text) =>
    [...Buffer.from(text)]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`)
      .join(""),
  );
}
