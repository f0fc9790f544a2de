import { assert, nat, property, string } from "fast-check";
import { decodeRejectedCount } from "../../../core/otlp/decode-rejected-count.ts";
import { encodeResponse } from "../../../core/otlp/encode-response.ts";

it("reads what a receiver wrote", () => {
  assert(
    property(nat(), string(), (rejected, message) => {
      const body = encodeResponse("traces", "protobuf", { rejected, message });
      expect(decodeRejectedCount(body)).toBe(rejected);
    }),
  );
});
