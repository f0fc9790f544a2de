import { readModel } from "../../../analyzer/classify/linear-model.ts";
import { textModel } from "../../../analyzer/classify/text-models.ts";
import { createRandom } from "../../../bench/random.ts";
import { attackPhrases } from "../../../bench/train/attack-phrases.ts";
import { benignPhrases } from "../../../bench/train/benign-phrases.ts";
import { expandTemplate } from "../../../bench/train/expand-template.ts";
import { answerPhrases, refusalPhrases } from "../../../bench/train/refusal-phrases.ts";
import { requestPhrases } from "../../../bench/train/request-phrases.ts";
import { trainModel } from "../../../bench/train/train-model.ts";
import { windowBuckets } from "../../../bench/train/windows-of.ts";

const positives = [
  { name: "p", texts: ["open the gate", "gate open now"].map((text) => ({ text, group: "p" })) },
];
const negatives = [
  { name: "n", texts: ["close a window", "the red door"].map((text) => ({ text, group: "n" })) },
];
const recipe = { stretches: (text: string) => windowBuckets(text, 10) };

describe("trainModel", () => {
  it("gives the same bytes for the same texts", () => {
    expect(trainModel(recipe, positives, negatives)).toEqual(
      trainModel(recipe, positives, negatives),
    );
  });

  it("tells what it has learnt apart", () => {
    const weights = readModel(trainModel(recipe, positives, negatives));
    const model = textModel("direct-injection", weights, 0);
    expect(model.judge("please open that gate").margin).toBeGreaterThan(
      model.judge("paint a window red").margin,
    );
  });
});

it("expands nested choices and refuses an open bracket", () => {
  expect(expandTemplate("[a|a] [b [c|c]|b c]", createRandom(1))).toBe("a b c");
  expect(() => expandTemplate("[a|b", createRandom(1))).toThrow("expected a closing bracket");
});

it("expands every shipped template", () => {
  const all = [
    ...Object.values(attackPhrases).flat(),
    ...Object.values(requestPhrases).flat(),
    ...benignPhrases,
    ...refusalPhrases,
    ...answerPhrases,
  ];
  for (const template of all) {
    expect(expandTemplate(template, createRandom(3))).not.toMatch(/[[\]|]/);
  }
});
