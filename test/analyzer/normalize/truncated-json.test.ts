import * as fc from "fast-check";
import { asText } from "../../../analyzer/normalize/node.ts";
import { readTruncatedJson } from "../../../analyzer/normalize/truncated-json.ts";

describe("readTruncatedJson", () => {
  it.each([
    ['[{"a":"b', '[{"a":"b"}]'],
    ['[{"a":"b","c', '[{"a":"b"}]'],
    ['[{"a":"b","c":', '[{"a":"b"}]'],
    ['[{"a":"b"},', '[{"a":"b"}]'],
    ['{"a":[1,2', '{"a":[1]}'],
    ['{"a":[1,tru', '{"a":[1]}'],
    ['["a\\', '["a"]'],
    ['["a\\u00', '["a"]'],
    ['["a\\\\', '["a\\\\"]'],
    ['["a\\n', '["a\\n"]'],
    ['["a", ...', '["a"]'],
    ['["a",{"b":"c"… [truncated]', '["a",{"b":"c"}]'],
  ])("reads %s", (cut, expected) => {
    expect(asText(readTruncatedJson(cut))).toBe(expected);
  });

  it.each([
    "[INFO] started",
    "{name} ordered",
    '["a" and then something that would be hidden',
    '{"a":"b"} and then something',
    '{"a" "b"',
    "[hello",
  ])("leaves %s to be read as text", (text) => {
    expect(readTruncatedJson(text)).toBeUndefined();
  });

  it("keeps every text before the cut, wherever the cut is", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ role: fc.string(), content: fc.string({ unit: "grapheme" }) }), {
          minLength: 1,
          maxLength: 5,
        }),
        fc.nat(),
        (messages, cut) => {
          const json = JSON.stringify(messages);
          const at = 1 + (cut % (json.length - 1));
          const read = readTruncatedJson(json.slice(0, at)) as Map<string, string>[];
          const texts = read.flatMap((message) => [...message.values()]);
          const all = messages.flatMap(({ role, content }) => [role, content]);
          // All but the last are whole; the last is a start.
          expect(texts.slice(0, -1)).toEqual(all.slice(0, Math.max(0, texts.length - 1)));
          expect((all[texts.length - 1] ?? "").startsWith(texts.at(-1) ?? "")).toBe(true);
          const whole = all.filter((_, index) => {
            const upTo = messages.slice(0, Math.floor(index / 2) + 1);
            return JSON.stringify(upTo).length <= at;
          });
          expect(texts.length).toBeGreaterThanOrEqual(whole.length);
        },
      ),
    );
  });

  it("is no deeper than it may be", () => {
    expect(readTruncatedJson("[".repeat(100_000))).toBeUndefined();
  });
});
