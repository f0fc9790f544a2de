import { type BodyForm, readEncoding } from "../body-form.ts";
import { RefusedUpload } from "../refused-upload.ts";

/** A byte that says whether the message is compressed, and its length as a big-endian uint32. */
const prefixBytes = 5;

/** How gRPC puts the one message of a unary call into a request. */
export const grpcBody: BodyForm = {
  overheadBytes: prefixBytes,
  open(headers) {
    const encoding = headers["grpc-encoding"];
    const contentEncoding = readEncoding("grpc-encoding", [encoding].flat()[0]);
    return (body) => {
      const isCompressed = readPrefix(body);
      if (isCompressed && contentEncoding === "identity") {
        throw new RefusedUpload("undecodable", "a compressed message without grpc-encoding");
      }
      const message = body.subarray(prefixBytes);
      return { message, contentEncoding: isCompressed ? contentEncoding : "identity" };
    };
  },
};

/** A message as it is sent, not compressed. */
export function grpcFrame(message: Uint8Array): Uint8Array {
  const frame = new Uint8Array(prefixBytes + message.length);
  new DataView(frame.buffer).setUint32(1, message.length);
  frame.set(message, prefixBytes);
  return frame;
}

/** Whether the message is compressed; the body must hold it and nothing else. */
function readPrefix(body: Uint8Array): boolean {
  if (body.length < prefixBytes) {
    throw new RefusedUpload("undecodable", `expected one gRPC message, got ${body.length} bytes`);
  }
  const length = new DataView(body.buffer, body.byteOffset).getUint32(1);
  const flag = body[0] ?? 0;
  if (flag > 1 || length !== body.length - prefixBytes) {
    throw new RefusedUpload(
      "undecodable",
      `expected one gRPC message of ${body.length - prefixBytes} bytes, got flag ${flag} and length ${length}`,
    );
  }
  return flag === 1;
}
