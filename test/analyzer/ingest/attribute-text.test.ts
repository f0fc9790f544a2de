import { attributeText } from "../../../analyzer/ingest/attribute-text.ts";
import type { AttributeValue } from "../../../core/model/telemetry.ts";

it.each<[string, AttributeValue, string]>([
  ["a string as it is", `a "b" \n`, `a "b" \n`],
  ["nothing as an empty text", null, ""],
  ["a boolean", true, "true"],
  ["a whole number", 7, "7"],
  ["a fraction", 0.1, "0.1"],
  ["NaN", Number.NaN, "NaN"],
  ["infinity", Number.NEGATIVE_INFINITY, "-Infinity"],
  ["an integer beyond 2^53 exactly", 2n ** 63n - 1n, "9223372036854775807"],
  ["bytes as base64", new Uint8Array([0, 255, 16]), "AP8Q"],
  ["a view of bytes as its own part", new Uint8Array([1, 2, 3, 4]).subarray(1, 3), "AgM="],
  ["a list as JSON", ["a", 1, true, null], '["a",1,true,null]'],
  ["a map as JSON", new Map<string, AttributeValue>([["k", [1n]]]), '{"k":[1]}'],
  ["bytes in a list as base64", [new Uint8Array([1])], '["AQ=="]'],
  ["a great integer in a list as text", [2n ** 60n], '["1152921504606846976"]'],
  ["a number in a list that JSON cannot hold as null", [Number.NaN], "[null]"],
  ["a nested __proto__ as a plain key", new Map([["__proto__", "x"]]), '{"__proto__":"x"}'],
])("writes %s", (_what, value, text) => {
  expect(attributeText(value)).toBe(text);
});
