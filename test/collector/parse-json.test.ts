import * as fc from "fast-check";
import { maxJsonDepth, parseJson } from "../../collector/parse-json.ts";
import { RefusedUpload } from "../../collector/refused-upload.ts";

const bytes = (text: string) => Buffer.from(text);

function nested(depth: number): string {
  return "[".repeat(depth) + "]".repeat(depth);
}

it("parses what JSON.parse parses", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 20 }), (text) => {
      expect(parseJson(bytes(text))).toEqual(JSON.parse(text));
    }),
  );
});

it("counts brackets, and none inside strings", () => {
  expect(() => parseJson(bytes(nested(maxJsonDepth)))).not.toThrow();
  expect(() => parseJson(bytes(nested(maxJsonDepth + 1)))).toThrow("nested at most 100 deep");
  const text = JSON.stringify({ a: `\\"${"[{".repeat(500)}` });
  expect(parseJson(bytes(text))).toEqual(JSON.parse(text));
});

it.each(["", "{", '{"a": hunter2}', '"\\', "nul"])("refuses %j without quoting it", (text) => {
  expect(() => parseJson(bytes(text))).toThrow(RefusedUpload);
  expect(() => parseJson(bytes(text))).toThrow(/^expected JSON in UTF-8, got something else$/);
});

it("refuses bytes that are not UTF-8", () => {
  expect(() => parseJson(Buffer.from([0x22, 0xff, 0x22]))).toThrow(RefusedUpload);
});
