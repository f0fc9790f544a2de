import { JournalError } from "../queue/kafka/journal-error.ts";

/**
 * Everything an HTTP port can answer instead of a result: status, title of the problem
 * document (RFC 9457) and code of the `google.rpc.Status` that OTLP senders get.
 */
export const errorKinds = {
  invalid_request: { status: 400, title: "The request is not valid", rpcCode: 3 },
  unauthenticated: { status: 401, title: "A valid credential is needed", rpcCode: 16 },
  forbidden: { status: 403, title: "This is not allowed", rpcCode: 7 },
  not_found: { status: 404, title: "There is nothing here", rpcCode: 5 },
  method_not_allowed: { status: 405, title: "This method is not supported here", rpcCode: 12 },
  conflict: { status: 409, title: "The state does not allow this", rpcCode: 9 },
  too_large: { status: 413, title: "The body is too large", rpcCode: 8 },
  unsupported_media_type: { status: 415, title: "The body has an unknown form", rpcCode: 3 },
  too_many_requests: { status: 429, title: "This is too much at once", rpcCode: 8 },
  misdirected: { status: 421, title: "This host name is not served here", rpcCode: 9 },
  internal: { status: 500, title: "Telltale failed to answer", rpcCode: 13 },
  not_implemented: { status: 501, title: "This is not implemented", rpcCode: 12 },
  unavailable: { status: 503, title: "Telltale cannot take this now", rpcCode: 14 },
} as const satisfies Record<string, { status: number; title: string; rpcCode: number }>;

export type ErrorKind = keyof typeof errorKinds;

/** An answer other than the result. The message says what was expected, what came, what to do. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly kind: ErrorKind;
  /** Sent as they are, such as `Retry-After`. */
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    kind: ErrorKind,
    message: string,
    options: { headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.kind = kind;
    this.headers = options.headers ?? {};
  }
}

/**
 * Any thrown value as an `HttpError`. Errors of the framework keep their meaning by status;
 * everything else is `internal` with a message that gives nothing away.
 */
export function toHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) {
    return error;
  }
  if (error instanceof JournalError) {
    const options = { headers: { "retry-after": "5" }, cause: error };
    return new HttpError("unavailable", `${error.message}; try again`, options);
  }
  const status = statusOf(error);
  const kind = kindByStatus.get(status);
  if (error instanceof Error && kind !== undefined && status < 500) {
    return new HttpError(kind, error.message, { cause: error });
  }
  return status >= 400 && status < 500 && error instanceof Error
    ? new HttpError("invalid_request", error.message, { cause: error })
    : new HttpError("internal", "An unexpected error; the log of the service has the details.", {
        cause: error,
      });
}

const kindByStatus = new Map<number, ErrorKind>(
  Object.entries(errorKinds).map(([kind, { status }]) => [status, kind as ErrorKind]),
);

function statusOf(error: unknown): number {
  const status =
    typeof error === "object" && error !== null && "statusCode" in error ? error.statusCode : 500;
  return typeof status === "number" ? status : 500;
}
