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

/** Greatest size of an answer that the OTLP specification recommends. */
export const maxResponseBytes = 4 * 1024 * 1024;

/**
 * The body of a 200: an Export…ServiceResponse, whose `partial_success` is absent unless
 * records were rejected or there is a warning. A message is shortened until the body has at
 * most `maxBytes`; the count always fits.
 */
export function encodeResponse(
  signal: Signal,
  contentType: RecordEncoding["contentType"],
  partial: PartialSuccess,
  maxBytes: number = maxResponseBytes,
): Uint8Array {
  const body = contentType === "json" ? encodeJson(signal, partial) : encodeProtobuf(partial);
  if (body.length <= maxBytes || partial.message === "") {
    return body;
  }
  const shorter = partial.message.slice(0, partial.message.length >> 1).toWellFormed();
  return encodeResponse(signal, contentType, { ...partial, message: shorter }, maxBytes);
}

function encodeJson(signal: Signal, partial: PartialSuccess): Uint8Array {
  const { rejected, message } = partial;
  // As in the protobuf JSON mapping: an int64 is a string, a default value is left out.
  const count = rejected === 0 ? {} : { [rejectedFields[signal]]: `${rejected}` };
  const partialSuccess = { ...count, errorMessage: message };
  return Buffer.from(JSON.stringify(isComplete(partial) ? {} : { partialSuccess }));
}

function encodeProtobuf(partial: PartialSuccess): Uint8Array {
  const writer = new ProtobufWriter();
  if (!isComplete(partial)) {
    writer.message(1, () => {
      writer.integer(1, partial.rejected);
      writer.string(2, partial.message);
    });
  }
  return writer.finish();
}

function isComplete({ rejected, message }: PartialSuccess): boolean {
  return rejected === 0 && message === "";
}
