import type { IncomingHttpHeaders } from "node:http";
import type { RecordEncoding } from "../core/queue/queue.ts";
import { RefusedUpload } from "./refused-upload.ts";

type ContentEncoding = RecordEncoding["contentEncoding"];

/** A message as it lies in a body. */
export interface OpenedBody {
  /** The bytes as they came, without what the protocol wraps around them. */
  readonly message: Uint8Array;
  readonly contentEncoding: ContentEncoding;
}

/** How a protocol puts one message into the body of a request. */
export interface BodyForm {
  /** Bytes of a body that are not the message. */
  readonly overheadBytes: number;
  /**
   * Judges the headers before the body is read; the result takes the message out of it.
   *
   * @throws RefusedUpload for an encoding that is not known.
   */
  open(headers: IncomingHttpHeaders): (body: Uint8Array) => OpenedBody;
}

/** HTTP: the body is the message, `Content-Encoding` says how it is packed. */
export const httpBody: BodyForm = {
  overheadBytes: 0,
  open(headers) {
    const contentEncoding = readEncoding("Content-Encoding", headers["content-encoding"]);
    return (message) => ({ message, contentEncoding });
  },
};

export function readEncoding(header: string, value: string | undefined): ContentEncoding {
  const encoding = value?.trim().toLowerCase() ?? "";
  if (encoding === "" || encoding === "identity") {
    return "identity";
  }
  if (encoding === "gzip") {
    return "gzip";
  }
  throw new RefusedUpload(
    "unsupported_encoding",
    `expected ${header} gzip or identity, got ${encoding.slice(0, 40)}`,
  );
}
