import { errorKinds, type HttpError } from "./http-error.ts";

export interface RenderedError {
  readonly contentType: string;
  readonly body: string | Uint8Array;
  /** Replaces the status of the kind of error. */
  readonly status?: number;
  /** Sent beside the headers of the error. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Writes an error as the body of an answer, in the form the caller's protocol asks for. */
export type RenderError = (
  error: HttpError,
  /** `Content-Type` of the request, if it had one. */
  requestContentType: string | undefined,
) => RenderedError;

/** RFC 9457. `type` is stable and is what programs compare; `detail` is for people. */
export function renderProblem(error: HttpError): RenderedError {
  const { status, title } = errorKinds[error.kind];
  return {
    contentType: "application/problem+json; charset=utf-8",
    body: JSON.stringify({
      type: `urn:telltale:problem:${error.kind}`,
      title,
      status,
      detail: error.message,
    }),
  };
}
