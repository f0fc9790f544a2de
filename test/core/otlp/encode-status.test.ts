import { parse } from "protobufjs";
import { encodeStatus } from "../../../core/otlp/encode-status.ts";
import { decodePlain, statusType } from "./oracle.ts";

const { root } = parse(`syntax = "proto3";
  message Any { string type_url = 1; bytes value = 2; }
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message FieldViolation { string field = 1; string description = 2; }
  message BadRequest { repeated FieldViolation field_violations = 1; }
  message Duration { int64 seconds = 1; int32 nanos = 2; }
  message RetryInfo { Duration retry_delay = 1; }`);
const detailsType = root.lookupType("Status");
const badRequestType = root.lookupType("BadRequest");
const retryInfoType = root.lookupType("RetryInfo");
const nothing = new Uint8Array();

const status = { code: 3, message: "at byte 7: expected a varint" };

test("google.rpc.Status in protobuf", () => {
  expect(decodePlain(statusType, encodeStatus("protobuf", status))).toEqual(status);
});

test("google.rpc.Status in JSON", () => {
  expect(JSON.parse(Buffer.from(encodeStatus("json", status)).toString())).toEqual(status);
});

test("details: what to mend and when to try again", () => {
  const detailed = { ...status, violation: "not a varint", retryAfterSeconds: 5 };
  expect(JSON.parse(Buffer.from(encodeStatus("json", detailed)).toString())).toEqual({
    ...status,
    details: [
      {
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        fieldViolations: [{ description: "not a varint" }],
      },
      { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "5s" },
    ],
  });
  const decoded = detailsType.toObject(detailsType.decode(encodeStatus("protobuf", detailed)));
  const [badRequest, retryInfo] = decoded["details"] as { typeUrl: string; value: Uint8Array }[];
  expect(badRequest?.typeUrl).toBe("type.googleapis.com/google.rpc.BadRequest");
  expect(badRequestType.toObject(badRequestType.decode(badRequest?.value ?? nothing))).toEqual({
    fieldViolations: [{ description: "not a varint" }],
  });
  expect(retryInfo?.typeUrl).toBe("type.googleapis.com/google.rpc.RetryInfo");
  const delay = retryInfoType.toObject(retryInfoType.decode(retryInfo?.value ?? nothing), {
    longs: Number,
  });
  expect(delay).toEqual({ retryDelay: { seconds: 5 } });
});
