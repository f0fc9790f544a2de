import { assert, property, string } from "fast-check";
import { replaceAuthor, replaceMentions, type Subject } from "../../../core/erasure/subject.ts";

function subjectOf(id: string): Subject {
  return { tenant: "t", id, matchText: false, pseudonym: "erased:0" };
}

it.each([
  ["ada@x.org", "mail ada@x.org.", "mail erased:0."],
  ["ada@x.org", "<ada@x.org>, (ada@x.org)", "<erased:0>, (erased:0)"],
  ["ada@x.org", '{"to":"ada@x.org"}', '{"to":"erased:0"}'],
  ["ada@x.org", "ada@x.org.au", null],
  ["ada@x.org", "canada@x.org", null],
  ["ada@x.org", "me.ada@x.org", null],
  ["a(b", "see a(b here", "see erased:0 here"],
  ["日本", "日本 went", "erased:0 went"],
  ["日本", "日本語", null],
  ['say "hi"', '{"a":"say \\"hi\\""}', '{"a":"erased:0"}'],
])("takes %j out of %j", (id, text, expected) => {
  expect(replaceMentions(subjectOf(id), text)).toBe(expected);
});

it.each([
  ["ada@x.org", "Ada <ada@x.org>", true],
  ["Ada", "Ada <ada@x.org>", true],
  ["Ada", "Ada", true],
  ["Ada <ada@x.org>", "Ada <ada@x.org>", true],
  ["Ada", "Ada Lovelace <ada@x.org>", false],
  ["x.org", "Ada <ada@x.org>", false],
  ["", "Ada <>", false],
])("knows %j as the author %j: %s", (id, author, expected) => {
  expect(replaceAuthor(subjectOf(id), author) !== null).toBe(expected);
});

it("takes any id that stands alone out of any text", () => {
  assert(
    property(string({ minLength: 1 }), string(), string(), (id, before, after) => {
      const text = `${before}\n${id}\n${after}`;
      expect(replaceMentions(subjectOf(id), text)).toContain("erased:0");
    }),
  );
});
