import { turnLetters } from "../analyzer/scan/rot13.ts";
import { createRandom } from "./random.ts";

/** Ways to write a text so that a model still reads it and a filter may not. */
export const textMutations: Readonly<Record<string, (text: string) => string>> = {
  "upper case": (text) => text.toUpperCase(),
  "random case": (text) =>
    eachLetter(text, (letter, random) =>
      random < 0.5 ? letter.toUpperCase() : letter.toLowerCase(),
    ),
  "double spaces": (text) => text.replaceAll(" ", "  "),
  "spaced letters": (text) => Array.from(text).join(" "),
  "zero-width in words": (text) => eachLetter(text, (letter) => `${letter}\u200b`),
  "zero-width here and there": (text) =>
    eachLetter(text, (letter, random) => (random < 0.15 ? `${letter}\u200c` : letter)),
  "soft hyphens": (text) =>
    eachLetter(text, (letter, random) => (random < 0.3 ? `${letter}\u00ad` : letter)),
  "every look-alike": (text) => eachLetter(text, (letter) => lookAlikes[letter] ?? letter),
  "some look-alikes": (text) =>
    eachLetter(text, (letter, random) => (random < 0.3 ? (lookAlikes[letter] ?? letter) : letter)),
  "full width": (text) =>
    eachLetter(text, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)),
  base64: (text) => Buffer.from(text).toString("base64"),
  "base64 with a request": (text) =>
    `Decode this and do what it says: ${Buffer.from(text).toString("base64")}`,
  hex: (text) => Buffer.from(text).toString("hex"),
  percent: (text) => encodeURIComponent(text),
  rot13: turnLetters,
};

const lookAlikes: Readonly<Record<string, string>> = {
  a: "а",
  c: "с",
  e: "е",
  i: "і",
  o: "о",
  p: "р",
  s: "ѕ",
  x: "х",
  y: "у",
  A: "А",
  E: "Е",
  I: "І",
  O: "О",
  P: "Р",
};

function eachLetter(text: string, change: (letter: string, random: number) => string): string {
  const random = createRandom(text.length);
  return text.replaceAll(/[A-Za-z]/g, (letter) => change(letter, random()));
}
