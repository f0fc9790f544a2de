import type { RecordEncoding } from "../queue/queue.ts";
import { ProtobufWriter } from "./writer.ts";

export interface Status {
  /** A `google.rpc.Code`, such as 3 for INVALID_ARGUMENT. */
  readonly code: number;
  readonly message: string;
}

/** The body of every 4xx and 5xx: a `google.rpc.Status`. */
export function encodeStatus(
  contentType: RecordEncoding["contentType"],
  { code, message }: Status,
): Uint8Array {
  if (contentType === "json") {
    return Buffer.from(JSON.stringify({ code, message }));
  }
  const writer = new ProtobufWriter();
  writer.integer(1, code);
  writer.string(2, message);
  return writer.finish();
}
