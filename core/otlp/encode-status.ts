import type { RecordEncoding } from "../queue/queue.ts";
import { ProtobufWriter } from "./writer.ts";

export interface Status {
  /** A `google.rpc.Code`, such as 3 for INVALID_ARGUMENT. */
  readonly code: number;
  readonly message: string;
  /** What was wrong with the request: a `google.rpc.BadRequest` among the details. */
  readonly violation?: string;
  /** When to try again: a `google.rpc.RetryInfo` among the details. */
  readonly retryAfterSeconds?: number;
}

/** The body of every 4xx and 5xx: a `google.rpc.Status`. */
export function encodeStatus(
  contentType: RecordEncoding["contentType"],
  status: Status,
): Uint8Array {
  const { code, message } = status;
  if (contentType === "json") {
    const details = jsonDetails(status);
    return Buffer.from(JSON.stringify({ code, message, ...(details.length > 0 && { details }) }));
  }
  const writer = new ProtobufWriter();
  writer.integer(1, code);
  writer.string(2, message);
  writeDetails(writer, status);
  return writer.finish();
}

const badRequest = "type.googleapis.com/google.rpc.BadRequest";
const retryInfo = "type.googleapis.com/google.rpc.RetryInfo";

function jsonDetails({ violation, retryAfterSeconds }: Status): object[] {
  return [
    ...(violation === undefined
      ? []
      : [{ "@type": badRequest, fieldViolations: [{ description: violation }] }]),
    ...(retryAfterSeconds === undefined
      ? []
      : [{ "@type": retryInfo, retryDelay: `${retryAfterSeconds}s` }]),
  ];
}

function writeDetails(writer: ProtobufWriter, { violation, retryAfterSeconds }: Status): void {
  if (violation !== undefined) {
    writeAny(writer, badRequest, (content) => {
      content.message(1, () => content.string(2, violation));
    });
  }
  if (retryAfterSeconds !== undefined) {
    writeAny(writer, retryInfo, (content) => {
      content.message(1, () => content.integer(1, retryAfterSeconds));
    });
  }
}

/** One of the `details`: a `google.protobuf.Any`. */
function writeAny(
  writer: ProtobufWriter,
  typeUrl: string,
  write: (content: ProtobufWriter) => void,
): void {
  const content = new ProtobufWriter();
  write(content);
  writer.message(3, () => {
    writer.string(1, typeUrl);
    writer.writeBytes(2, content.finish());
  });
}
