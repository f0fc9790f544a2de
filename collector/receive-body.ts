import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import { HttpError } from "../core/http/http-error.ts";
import type { RecordEncoding } from "../core/queue/queue.ts";
import type { BodyForm } from "./body-form.ts";
import { gunzipBounded } from "./gunzip-bounded.ts";
import type { Lease } from "./in-flight-budget.ts";
import { RefusedUpload } from "./refused-upload.ts";

export interface ReceivedBody {
  /** The message as it came. */
  readonly received: Uint8Array;
  readonly decompressed: Uint8Array;
  readonly contentEncoding: RecordEncoding["contentEncoding"];
}

export interface BodySource {
  readonly headers: IncomingHttpHeaders;
  /** The unread body; `null` when the request has none. */
  readonly stream: Readable | null;
}

export interface ReceiveLimits {
  /** Of the message, before and after decompression. */
  readonly maxBytes: number;
  /** The share of the in-flight budget that pays for the body. */
  readonly lease: Lease;
}

/**
 * Reads a body, plain or gzip, within `maxBytes` before and after decompression, and charges
 * the lease for the larger of the two. What follows a refusal is read and thrown away, so that
 * a sender that writes before it reads still gets the answer; the request timeout bounds that.
 *
 * @throws RefusedUpload or HttpError saying what was expected and what came.
 */
export async function receiveBody(
  { headers, stream }: BodySource,
  form: BodyForm,
  { maxBytes, lease }: ReceiveLimits,
): Promise<ReceivedBody> {
  try {
    const open = form.open(headers);
    const maxBodyBytes = maxBytes + form.overheadBytes;
    const body = await readAll(stream, announcedBytes(headers, maxBodyBytes), (bytes) => {
      requireSize(bytes, maxBodyBytes);
      lease.growTo(bytes);
    });
    const { message: received, contentEncoding } = open(body);
    const decompressed =
      contentEncoding === "identity"
        ? received
        : await gunzipBounded(received, { maxBytes, onSize: (bytes) => lease.growTo(bytes) });
    return { received, decompressed, contentEncoding };
  } finally {
    stream?.resume();
  }
}

function announcedBytes(headers: IncomingHttpHeaders, maxBytes: number): number | null {
  const length = headers["content-length"];
  if (length === undefined) {
    return null;
  }
  requireSize(Number(length), maxBytes);
  return Number(length);
}

function requireSize(bytes: number, maxBytes: number): void {
  if (bytes > maxBytes) {
    throw new RefusedUpload("too_large", `expected a body of at most ${maxBytes} bytes, got more`);
  }
}

async function readAll(
  stream: Readable | null,
  announced: number | null,
  onSize: (bytes: number) => void,
): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // Destroying the stream would cut the connection before the answer is out.
    for await (const chunk of stream?.iterator({ destroyOnReturn: false }) ?? []) {
      const bytes = chunk as Buffer;
      size += bytes.length;
      onSize(size);
      chunks.push(bytes);
    }
  } catch (error) {
    throw error instanceof HttpError ? error : aborted(error);
  }
  if (announced !== null && announced !== size) {
    throw aborted(undefined);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, size);
}

/** The sender went away: nobody reads this answer, and nothing is counted. */
function aborted(cause: unknown): HttpError {
  return new HttpError("invalid_request", "the upload ended before its announced length", {
    cause,
  });
}
