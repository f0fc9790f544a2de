import { StoreError } from "../store-error.ts";

/** A query that is not run, or was stopped, with the words the caller gets. */
export class AdHocRefusedError extends Error {
  override readonly name = "AdHocRefusedError";
  /** HTTP status, 400 to 499. */
  readonly status: number;
  /** ClickHouse's code, which clients show: 164 is READONLY, 497 is ACCESS_DENIED. */
  readonly code: string;
  readonly type: string;

  constructor(message: string, about: Partial<RefusalKind> = {}, cause?: unknown) {
    super(message, { cause });
    this.status = about.status ?? 400;
    this.code = about.code ?? "497";
    this.type = about.type ?? "ACCESS_DENIED";
  }
}

interface RefusalKind {
  readonly status: number;
  readonly code: string;
  readonly type: string;
}

/**
 * What ClickHouse says about the caller's own query, without its guesses at similar names: they
 * could name what the caller may not see.
 */
export function refusalOf(error: unknown): AdHocRefusedError {
  if (error instanceof AdHocRefusedError) {
    return error;
  }
  if (!(error instanceof StoreError) || error.code === "") {
    throw error;
  }
  const message = error.message
    .replace(/^Query failed: /, "")
    .replace(/^(?:Code: \d+\. DB::Exception: )+/, "")
    .replace(/\.? Maybe you meant[^]*$/, ".")
    .replaceAll("telltale.", "");
  return new AdHocRefusedError(message, { code: error.code, type: error.type }, error);
}
