import { openTextModel } from "../../classify/text-models.ts";
import { decodedViews, isUndisguised } from "../../scan/decode-text.ts";
import type { DecodedView } from "../../scan/decoded-view.ts";
import { mixedWords } from "../../scan/fold-text.ts";
import { turnLetters } from "../../scan/rot13.ts";
import { textSigns } from "../../scan/text-signs.ts";
import { rot13Marks } from "../injection/find-instructions.ts";
import { commentsOf, invisibleElementsOf } from "./markup-texts.ts";

/** Words that a person does not see as they are, or does not see at all. */
export interface HiddenText {
  readonly rule:
    | "tag-characters"
    | "variation-selectors"
    | "zero-width-bits"
    | "text-direction"
    | "split-words"
    | "look-alike-letters"
    | "encoded-sentence"
    | "rot13-sentence"
    | "comment-request"
    | "invisible-element";
  readonly start: number;
  readonly end: number;
  /** What it says. */
  readonly words: string;
  readonly score: number;
}

/** Letters with an invisible character after every one or two of them. */
const splitWords = /(?:[\x20-\x7e]{1,2}[\u00ad\u200b-\u200d\u2060\ufeff]){8,2000}/;
const leastMixedWords = 2;

const request = openTextModel("stray-request");

/** How far below the model's threshold a request in a comment or an invisible element may lie. */
const slack = 2;

/**
 * What is hidden in a text. Characters that show nothing say nothing good wherever they spell
 * words; encoded sentences and texts in markup that no reader sees count if they read like
 * sentences or like requests. Emoji, flags and the joiners that scripts need are left alone.
 *
 * @param inbound whether the model reads the text rather than writes it.
 */
export function findHidden(text: string, inbound: boolean): HiddenText[] {
  const views = decodedViews(text);
  return [
    ...views.flatMap((view) => ofView(view, text)),
    ...(isUndisguised(text) ? [] : [...splitText(text), ...lookAlikeText(text)]),
    ...(inbound || namesRot13(text) ? rot13Text(text) : []),
    ...requestsIn(commentsOf(text), "comment-request"),
    ...requestsIn(invisibleElementsOf(text), "invisible-element"),
  ];
}

/** Few texts have a digit, and `r` is everywhere. */
function namesRot13(text: string): boolean {
  return textSigns(text).hasDigit && text.includes("rot13");
}

function ofView({ text, start, end, encoding }: DecodedView, carrier: string): HiddenText[] {
  const found = { start, end, words: text };
  switch (encoding) {
    case "tags":
      return [{ ...found, rule: "tag-characters", score: 0.97 }];
    case "selectors":
      return [{ ...found, rule: "variation-selectors", score: 0.97 }];
    case "bits":
      return [{ ...found, rule: "zero-width-bits", score: 0.97 }];
    case "reversed":
      return /[A-Za-z]{2}.*[A-Za-z]{2}/.test(text)
        ? [{ ...found, rule: "text-direction", score: 0.95 }]
        : [];
    case "base64":
    case "hex":
      return isSentence(text) ? [{ ...found, rule: "encoded-sentence", score: 0.85 }] : [];
    case "percent":
      return isSentence(text) && !isInUrl(carrier, start)
        ? [{ ...found, rule: "encoded-sentence", score: 0.8 }]
        : [];
    case "folded":
    case "spaced":
    case "unescaped":
    case "rot13":
      return [];
    default:
      return encoding satisfies never;
  }
}

function splitText(text: string): HiddenText[] {
  const match = splitWords.exec(text);
  if (match === null) {
    return [];
  }
  const words = match[0].replaceAll(/[^\x20-\x7e]/g, "");
  const range = { start: match.index, end: match.index + match[0].length };
  return [{ ...range, rule: "split-words", words, score: 0.95 }];
}

function lookAlikeText(text: string): HiddenText[] {
  if (mixedWords(text, leastMixedWords) < leastMixedWords) {
    return [];
  }
  const start = Math.max(0, text.search(/[A-Za-z][\u0370-\u058f]|[\u0370-\u058f][A-Za-z]/));
  const end = Math.min(text.length, start + 200);
  return [{ rule: "look-alike-letters", start, end, words: text.slice(start, end), score: 0.85 }];
}

const leastWords = 3;

/** Three words or more of mostly letters, one space apart: no identifier, no markup, no data. */
function isSentence(text: string): boolean {
  const words = text.trim().split(/\s+/);
  const letters = text.replaceAll(/[^\p{L} ]/gu, "").length;
  const longest = Math.max(...words.slice(0, 400).map((word) => word.length));
  return words.length >= leastWords && letters >= 0.8 * text.length && longest <= 24;
}

function isInUrl(text: string, start: number): boolean {
  const before = text.slice(Math.max(0, start - 400), start);
  const [word = ""] = Array.from(before)
    .toReversed()
    .join("")
    .split(/[\s"'<>()[\]]/, 1);
  return word.includes("//:") || /[?&=/]/.test(word);
}

function rot13Text(text: string): HiddenText[] {
  const found: HiddenText[] = [];
  let read = 0;
  for (const at of rot13Marks(text)) {
    if (at < read) {
      continue;
    }
    const start = Math.max(text.lastIndexOf("\n", at) + 1, at - 200);
    const next = text.indexOf("\n", at);
    const end = Math.min(next < 0 ? text.length : next, at + 400);
    read = end;
    const words = turnLetters(text.slice(start, end).replace(/^.{0,40}:\s/, ""));
    if (isEnglish(words)) {
      found.push({ rule: "rot13-sentence", start, end, words, score: 0.85 });
    }
    if (found.length >= most) {
      break;
    }
  }
  return found;
}

const most = 8;

/** A third of the words are among the most frequent English ones, or the text is a request. */
function isEnglish(text: string): boolean {
  const words = text.toLowerCase().match(/[a-z]{1,20}/g) ?? [];
  const frequent = words.filter((word) => frequentWords.has(word)).length;
  return (
    words.length >= leastWords &&
    (3 * frequent >= words.length || (5 * frequent >= words.length && isRequest(text)))
  );
}

const frequentWords: ReadonlySet<string> = new Set(
  "the of and to in is you that it for on are with as your this be at have from or what how do can an by not all a about me please user".split(
    " ",
  ),
);

function isRequest(text: string): boolean {
  return request.judge(text).margin >= -slack;
}

function requestsIn(
  texts: readonly { readonly text: string; readonly start: number }[],
  rule: HiddenText["rule"],
): HiddenText[] {
  return texts
    .filter(({ text }) => isRequest(text))
    .map(({ text, start }) => ({
      rule,
      start,
      end: start + text.length,
      words: text.trim(),
      score: 0.8,
    }));
}
