import { ProtobufReader } from "./reader.ts";

const partialSuccessTag = (1 << 3) | 2;
const rejectedTag = 1 << 3;

/** Records that a receiver refused, from the protobuf body of its 200; 0 when all were taken. */
export function decodeRejectedCount(body: Uint8Array): number {
  const reader = new ProtobufReader(body);
  const end = body.length;
  let rejected = 0;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag !== partialSuccessTag) {
      reader.skip(tag, end);
      continue;
    }
    const stop = reader.delimited(end);
    while (reader.position < stop) {
      const inner = reader.tag(stop);
      if (inner === rejectedTag) {
        rejected = Number(reader.int64(stop));
      } else {
        reader.skip(inner, stop);
      }
    }
  }
  return rejected;
}
