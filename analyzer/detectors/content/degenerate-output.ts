import type { Content } from "../../../core/model/genai.ts";
import { openTextModel } from "../../classify/text-models.ts";
import { loopAtEnd } from "../output/find-loop.ts";
import { hasRefusalCue } from "../output/refusal-cues.ts";
import { type ContentDetector, type ContentMatch, excerptOf } from "./content-detector.ts";

/** Units in which a model that declines says so. */
const openingUnits = 640;

const refusal = openTextModel("refusal");

/**
 * Answers that are no help: the model declines, or it goes round in circles. A refusal is often
 * right, so it is told and never alarms anyone; a rise of them is what matters.
 *
 * Measured by `npm run bench -- content`; see `docs/detection/degenerate-output.md`.
 */
export const degenerateOutput: ContentDetector = {
  id: "degenerate-output",
  type: "degenerate_output",
  ruleVersion: 1,
  examples: {
    mustMatch: [
      { direction: "output", text: `The answer is: ${"and then the next step ".repeat(12)}` },
      {
        direction: "output",
        text: "I'm sorry, but I cannot help with that request. It would be unethical and illegal.",
      },
    ],
    mustPass: [
      { direction: "output", text: "Sure! Here are three fruits: apples, pears and plums." },
      { direction: "output", text: `| a | b |\n${"| --- | --- |\n".repeat(30)}` },
      { direction: "output", text: "Sorry for the delay, your order ships on Monday." },
    ],
  },
  inspect: ({ contents }) =>
    contents.flatMap((content, index) => {
      if (content.direction !== "output") {
        return [];
      }
      const loop = loopAtEnd(content.text);
      if (loop !== null) {
        return [toMatch(content, index, { rule: "loop", score: 0.95, ...loop })];
      }
      const opening = content.text.slice(0, openingUnits);
      const margin = hasRefusalCue(opening) ? refusal.judge(opening).margin : -1;
      return margin < 0 ? [] : [toMatch(content, index, refusalOf(content.text, margin))];
    }),
};

interface Degenerate {
  readonly rule: "loop" | "refusal";
  readonly score: number;
  readonly start: number;
  readonly end: number;
}

function refusalOf(text: string, margin: number): Degenerate {
  // The score is above one half where the margin is not negative, as a logistic model's.
  const score = 1 / (1 + Math.exp(-margin - 0.5));
  return { rule: "refusal", score, start: 0, end: Math.min(text.length, openingUnits) };
}

function toMatch(content: Content, contentIndex: number, found: Degenerate): ContentMatch {
  const { rule, score, start, end } = found;
  const words = content.text.slice(start, end);
  return {
    rule,
    targetClass: rule,
    score: Math.round(score * 1000) / 1000,
    strength: "strong",
    severity: rule === "loop" ? "low" : "informational",
    outcome: "success",
    excerpt: excerptOf(content.text, start, Math.min(end, start + 280)),
    maskedValue: words.slice(0, 120),
    location: content.location,
    tool: content.tool,
    contentIndex,
    start,
    end,
  };
}
