import { encodeStatus } from "../../../core/otlp/encode-status.ts";
import { decodePlain, statusType } from "./oracle.ts";

const status = { code: 3, message: "at byte 7: expected a varint" };

test("google.rpc.Status in protobuf", () => {
  expect(decodePlain(statusType, encodeStatus("protobuf", status))).toEqual(status);
});

test("google.rpc.Status in JSON", () => {
  expect(JSON.parse(Buffer.from(encodeStatus("json", status)).toString())).toEqual(status);
});
