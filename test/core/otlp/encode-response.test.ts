import { encodeResponse } from "../../../core/otlp/encode-response.ts";
import { decodePlain, responseType } from "./oracle.ts";

const fields = [
  { signal: "traces", field: "rejectedSpans" },
  { signal: "logs", field: "rejectedLogRecords" },
  { signal: "metrics", field: "rejectedDataPoints" },
] as const;

describe.each(fields)("$signal", ({ signal, field }) => {
  test("full success has no partialSuccess", () => {
    const complete = { rejected: 0, message: "" };
    expect(json(encodeResponse(signal, "json", complete))).toEqual({});
    expect(encodeResponse(signal, "protobuf", complete)).toHaveLength(0);
  });

  test("rejected records are counted exactly", () => {
    const partial = { rejected: 300, message: "too old" };
    expect(json(encodeResponse(signal, "json", partial))).toEqual({
      partialSuccess: { [field]: "300", errorMessage: "too old" },
    });
    expect(decodePlain(responseType, encodeResponse(signal, "protobuf", partial))).toEqual({
      partialSuccess: { rejected: "300", errorMessage: "too old" },
    });
  });

  test("a warning rejects nothing", () => {
    const warning = { rejected: 0, message: "deprecated" };
    expect(json(encodeResponse(signal, "json", warning))).toEqual({
      partialSuccess: { errorMessage: "deprecated" },
    });
    expect(decodePlain(responseType, encodeResponse(signal, "protobuf", warning))).toEqual({
      partialSuccess: { errorMessage: "deprecated" },
    });
  });
});

function json(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes).toString());
}
