import * as fc from "fast-check";
import { decodeLogs } from "../../../core/otlp/decode-logs.ts";
import { decodeMetrics } from "../../../core/otlp/decode-metrics.ts";
import { decodeTraces } from "../../../core/otlp/decode-traces.ts";
import {
  encodeLogRequest,
  encodeMetricRequest,
  encodeTraceRequest,
} from "../../../core/otlp/encode.ts";
import { arbitraryMessage, encodePlain, requestTypes } from "./oracle.ts";
import { spanWith } from "./samples.ts";

const roundTrips = [
  { signal: "traces", decode: decodeTraces, encode: encodeTraceRequest },
  { signal: "logs", decode: decodeLogs, encode: encodeLogRequest },
  { signal: "metrics", decode: decodeMetrics, encode: encodeMetricRequest },
] as const;

test.each(roundTrips)("$signal: encoding what was decoded gives the same", (codec) => {
  const { signal, decode } = codec;
  const encode = codec.encode as (records: readonly unknown[]) => Uint8Array;
  fc.assert(
    fc.property(arbitraryMessage(requestTypes[signal]), (plain) => {
      const records: readonly unknown[] = decode(
        "protobuf",
        encodePlain(requestTypes[signal], plain),
      );
      expect(decode("protobuf", encode(records))).toEqual(records);
    }),
    { numRuns: 80 },
  );
});

test("records of one resource and scope share a group", () => {
  const resource = { attributes: new Map([["service.name", "other"]]), schemaUrl: "" };
  const spans = [
    spanWith({ name: "a" }),
    spanWith({ name: "b", resource }),
    spanWith({ name: "c" }),
  ];
  const decoded = decodeTraces("protobuf", encodeTraceRequest(spans));
  expect(decoded.map(({ name }) => name)).toEqual(["a", "c", "b"]);
  expect(decoded[0]?.resource).toBe(decoded[1]?.resource);
  expect(decoded[0]?.scope).toBe(decoded[1]?.scope);
});

test("minus zero keeps its sign, integers beyond 2^53 their digits", () => {
  const attributes = new Map<string, number | bigint>([
    ["minus zero", -0],
    ["large", 2n ** 60n + 1n],
    ["negative", -5],
  ]);
  const [span] = decodeTraces("protobuf", encodeTraceRequest([spanWith({ attributes })]));
  expect(span?.attributes).toEqual(attributes);
});
