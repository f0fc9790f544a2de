/** The whole request cannot be decoded: HTTP 400, gRPC `INVALID_ARGUMENT`. Not retryable. */
export class OtlpDecodeError extends Error {
  override readonly name = "OtlpDecodeError";
}
