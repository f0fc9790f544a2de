import type { Judgement, TextModel } from "../../classify/text-models.ts";
import { type InstructionHit, readingsOf } from "./find-instructions.ts";

/** Below this the model's doubt is not worth adding to the rules' evidence. */
const leastWeight = 0.2;
const mostWeight = 0.95;

/**
 * What a text model says of a text, as a hit beside those of the rules, or none.
 *
 * @param weightAtThreshold weight of a text at the model's threshold; the log odds of the weight
 *   rise and fall with the model's nats.
 */
export function createModelHits(
  { name, ...model }: TextModel,
  weightAtThreshold: number,
): (text: string) => InstructionHit[] {
  const offset = Math.log(weightAtThreshold / (1 - weightAtThreshold));
  return (text) => {
    let surest: Judgement & { readonly words: string } = { ...model.judge(text), words: "" };
    for (const view of readingsOf(text)) {
      const judged = model.judge(view.text);
      if (judged.margin > surest.margin) {
        const words = view.text.slice(judged.start, judged.end);
        surest = { margin: judged.margin, start: view.start, end: view.end, words };
      }
    }
    const { margin, start, end } = surest;
    const weight = Math.min(mostWeight, 1 / (1 + Math.exp(-(margin + offset))));
    if (weight < leastWeight) {
      return [];
    }
    const rule = { id: `${name}-model`, keywords: [], pattern: /(?!)/, weight, learnt: true };
    const words = surest.words === "" ? text.slice(start, end) : surest.words;
    return [{ rule, start, end, words, hidden: false }];
  };
}
