import {
  addToCanary,
  canaryDefaults,
  createCanary,
  lookAtCanary,
} from "../../../../analyzer/detectors/series/canary.ts";
import { textShift } from "../../../../analyzer/detectors/series/text-mmd.ts";
import { learnTexts, textDrift } from "../../../../analyzer/detectors/series/text-novelty.ts";
import { createRandom } from "../../../../bench/random.ts";
import { gauss } from "./gauss.ts";

function verdictsOf(shift: number, margin: number, seed: number): Set<string> {
  const random = createRandom(seed);
  const state = createCanary();
  const verdicts = new Set<string>();
  for (let item = 1; item <= 1_500; item++) {
    addToCanary(state, "old", gauss(random));
    addToCanary(state, "new", gauss(random) + shift);
    if (item % 20 === 0) {
      verdicts.add(lookAtCanary(state, { ...canaryDefaults, margin }).verdict);
    }
  }
  return verdicts;
}

it("a canary calls harm, no worse, and nothing before 100 items", () => {
  expect(verdictsOf(0.4, 0.1, 1)).toEqual(new Set(["undecided", "harm"]));
  expect(verdictsOf(0, 0.3, 2)).toEqual(new Set(["undecided", "no_worse"]));
  expect(lookAtCanary(createCanary())).toEqual({ verdict: "undecided", difference: null });
});

it("a canary calls harm in at most 5 % of 200 A/A runs looked at 70 times", () => {
  const harmed = Array.from({ length: 200 }, (_, seed) => verdictsOf(0, 0, seed)).filter((seen) =>
    seen.has("harm"),
  );
  expect(harmed.length).toBeLessThanOrEqual(10);
});

it("a canary passes over what is no number, and tells constants apart", () => {
  const state = createCanary();
  for (let item = 0; item < 200; item++) {
    addToCanary(state, "old", 5);
    addToCanary(state, "new", item === 7 ? Number.NaN : 6);
  }
  expect(lookAtCanary(state).verdict).toBe("harm");
});

const greetings = ["hello", "good morning", "thanks", "my order", "the parcel", "a refund"];
const needs = ["is late", "arrived broken", "never came", "was great", "cost too much", "is here"];

function chat(index: number): string {
  const [first, last] = [greetings[index % 6], needs[(index * 5 + (index >> 3)) % 6]];
  return `${first}, order ${index * 7_919} ${last}`;
}

it("text drift: 10 % of foreign texts are found and named, usual ones are not", () => {
  const reference = learnTexts(
    Array.from({ length: 756 }, (_, index) => chat(index)),
    1,
  );
  const usual = Array.from({ length: 200 }, (_, index) => chat(index + 1_000));
  const tainted = usual.map((text, index) =>
    index < 20 ? `SELECT * FROM users WHERE id=${index}; DROP TABLE logs --` : text,
  );
  expect(textDrift(reference, usual).drifted).toBe(false);
  const drift = textDrift(reference, tainted);
  expect(drift.drifted).toBe(true);
  expect(new Set(drift.novel.slice(0, 20))).toEqual(
    new Set(Array.from({ length: 20 }, (_, i) => i)),
  );
  expect(textDrift(reference, [])).toMatchObject({
    drifted: false,
    excessShare: expect.any(Number),
  });
});

it("text drift: refuses to learn from too few, and takes empty and huge texts", () => {
  expect(() => learnTexts(["one"], 1)).toThrow("expected at least 356 texts, got 1");
  const reference = learnTexts(
    Array.from({ length: 400 }, (_, index) => chat(index)),
    1,
  );
  expect(textDrift(reference, ["", "x".repeat(1_000_000), "\uD800"]).novel.length).toBeLessThan(4);
});

it("MMD tells apart two sets of texts that differ as a whole, and not two halves of one", () => {
  const logins = Array.from({ length: 60 }, (_, i) => `user ${i} logged in from host ${i % 7}`);
  const disks = Array.from({ length: 30 }, (_, i) => `disk ${i} failed on rack ${i % 5}`);
  const options = { seed: 1, random: createRandom(9) };
  expect(textShift(logins.slice(0, 30), disks, options).pValue).toBe(0.005);
  expect(textShift(logins.slice(0, 30), logins.slice(30), options).pValue).toBeGreaterThan(0.05);
  expect(() => textShift(logins, ["one"], options)).toThrow(RangeError);
});
