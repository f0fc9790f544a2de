import { type ErrorKind, HttpError } from "../core/http/http-error.ts";

/** Why a request was refused whole, as accounting shows it, with the answer it gets. */
export const refusalReasons = {
  undecodable: "invalid_request",
  too_large: "too_large",
  unsupported_media_type: "unsupported_media_type",
  unsupported_encoding: "unsupported_media_type",
} as const satisfies Record<string, ErrorKind>;

export type RefusalReason = keyof typeof refusalReasons;

/** A request that no retry will save. It is counted as one rejected record. */
export class RefusedUpload extends HttpError {
  readonly reason: RefusalReason;
  constructor(reason: RefusalReason, message: string, cause?: unknown) {
    super(refusalReasons[reason], message, { cause });
    this.reason = reason;
  }
}
