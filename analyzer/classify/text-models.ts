import { readFileSync } from "node:fs";
import { type LinearModel, opening, readModel, surestWindow, type Window } from "./linear-model.ts";
import { surestRequest } from "./surest-request.ts";
import { createTokens, maxTokens, type Tokens, tokenize } from "./tokenize.ts";

/** Lengths in words of the stretches that texts are judged by. */
export const windowLengths: readonly number[] = [10, 40];

/** A model that declines says so in its first words. */
export const openingWords = 80;

export type TextModelName = "direct-injection" | "stray-request" | "refusal";

/** Where a model is surest. */
export interface Judgement {
  /** Nats above the threshold; negative below it. */
  readonly margin: number;
  /** Range in the text. */
  readonly start: number;
  readonly end: number;
}

/** Judges texts; linear in their length, and words after 16,384 are not read. */
export interface TextModel {
  readonly name: TextModelName;
  /** Nats from which a text counts. */
  readonly threshold: number;
  judge(text: string): Judgement;
}

const tokens = createTokens();

/** Which stretch of a text each model is asked about. */
const surest: Readonly<
  Record<TextModelName, (model: LinearModel, text: string, tokens: Tokens) => Window>
> = {
  "direct-injection": (model, _text, of) => surestWindow(model, of, windowLengths),
  "stray-request": surestRequest,
  refusal: (model, _text, of) => opening(model, of, openingWords),
};

/** A shipped model: `models/<name>.bin` holds weights, `models/<name>.json` where they come from. */
export function openTextModel(name: TextModelName): TextModel {
  const folder = new URL("./models/", import.meta.url);
  const facts = JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")) as {
    readonly threshold: { readonly nats: number };
  };
  const model = readModel(readFileSync(new URL(`${name}.bin`, folder)));
  return textModel(name, model, facts.threshold.nats);
}

export function textModel(name: TextModelName, model: LinearModel, threshold: number): TextModel {
  // One word more than is judged: where it starts, the judged ones end.
  const mostWords = name === "refusal" ? openingWords + 1 : maxTokens;
  return {
    name,
    threshold,
    judge: (text) => {
      tokenize(text, tokens, mostWords);
      const { nats, from, to } = surest[name](model, text, tokens);
      const start = tokens.starts[from] ?? 0;
      const end = to < tokens.count ? (tokens.starts[to] ?? text.length) : text.length;
      return { margin: nats - threshold, start: to > from ? start : 0, end };
    },
  };
}
