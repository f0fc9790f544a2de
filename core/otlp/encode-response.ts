import type { Signal } from "../model/telemetry.ts";
import type { RecordEncoding } from "../queue/queue.ts";
import { ProtobufWriter } from "./writer.ts";

export interface PartialSuccess {
  readonly rejected: number;
  /** English; with no record rejected it is a warning. */
  readonly message: string;
}

const rejectedFields = {
  traces: "rejectedSpans",
  logs: "rejectedLogRecords",
  metrics: "rejectedDataPoints",
} as const;

/**
 * The body of a 200: an Export…ServiceResponse, whose `partial_success` is absent unless
 * records were rejected or there is a warning.
 */
export function encodeResponse(
  signal: Signal,
  contentType: RecordEncoding["contentType"],
  { rejected, message }: PartialSuccess,
): Uint8Array {
  const complete = rejected === 0 && message === "";
  if (contentType === "json") {
    // As in the protobuf JSON mapping: an int64 is a string, a default value is left out.
    const count = rejected === 0 ? {} : { [rejectedFields[signal]]: `${rejected}` };
    const partialSuccess = { ...count, errorMessage: message };
    return Buffer.from(JSON.stringify(complete ? {} : { partialSuccess }));
  }
  const writer = new ProtobufWriter();
  if (!complete) {
    writer.message(1, () => {
      writer.integer(1, rejected);
      writer.string(2, message);
    });
  }
  return writer.finish();
}
