import { assert, double, property } from "fast-check";
import {
  categoryDrift,
  dirichletLogE,
  jensenShannon,
} from "../../../../analyzer/detectors/series/category-drift.ts";
import {
  createToolSequences,
  learnToolSequence,
  toolSurprise,
} from "../../../../analyzer/detectors/series/tool-sequence.ts";
import { createRandom } from "../../../../bench/random.ts";

const usual = { stop: 700, length: 250, refusal: 50 };

it.each([
  { name: "the same mix", window: { stop: 140, length: 50, refusal: 10 }, drifted: false },
  { name: "another mix", window: { stop: 90, length: 100, refusal: 10 }, drifted: true },
  {
    name: "a significant but small move",
    window: { stop: 26_500, length: 11_000, refusal: 2_500 },
    drifted: false,
  },
  { name: "too few to tell", window: { length: 19 }, drifted: false },
  { name: "nothing", window: {}, drifted: false },
])("category drift: $name", ({ window, drifted }) => {
  expect(categoryDrift(usual, window).drifted).toBe(drifted);
});

it("does not hold a window against a reference of five", () => {
  expect(categoryDrift({ a: 5 }, { b: 30 })).toMatchObject({ drifted: false, pValue: 1 });
});

it("names the category that moved", () => {
  expect(categoryDrift(usual, { stop: 90, length: 100, refusal: 10 })).toMatchObject({
    category: "length",
    shareChange: expect.closeTo(0.25, 2),
  });
});

it("Jensen-Shannon distance is 0 for equal and 1 for disjoint mixes, and symmetric", () => {
  expect(jensenShannon([0.5, 0.5], [0.5, 0.5])).toBe(0);
  expect(jensenShannon([1, 0], [0, 1])).toBeCloseTo(1, 12);
  assert(
    property(
      double({ min: 0, max: 1, noNaN: true }),
      double({ min: 0, max: 1, noNaN: true }),
      (p, q) => {
        const there = jensenShannon([p, 1 - p], [q, 1 - q]);
        expect(there).toBeCloseTo(jensenShannon([q, 1 - q], [p, 1 - p]), 9);
      },
    ),
  );
});

it("the Dirichlet e-process, looked at after every item, passes 20 in at most 5 % of runs", () => {
  const random = createRandom(11);
  let passed = 0;
  for (let run = 0; run < 200; run++) {
    const window = { stop: 0, length: 0, refusal: 0 };
    let highest = 0;
    for (let item = 0; item < 200; item++) {
      const draw = random();
      const name = draw < 0.05 ? "refusal" : "length";
      window[draw < 0.7 && draw >= 0.05 ? "stop" : name] += 1;
      highest = Math.max(
        highest,
        dirichletLogE({ stop: 65_000, length: 30_000, refusal: 5_000 }, window),
      );
    }
    passed += highest >= Math.log(20) ? 1 : 0;
  }
  expect(passed).toBeLessThanOrEqual(10);
  expect(dirichletLogE(usual, { stop: 90, length: 100, refusal: 10 })).toBeGreaterThan(20);
});

it("a tool sequence never seen costs bits, the usual ones cost none", () => {
  const state = createToolSequences();
  for (let session = 0; session < 200; session++) {
    learnToolSequence(state, ["search", "read", ...(session % 4 === 0 ? ["read"] : []), "answer"]);
  }
  expect(toolSurprise(state, ["search", "read", "answer"]).bitsPerStep).toBeLessThan(0);
  const exfiltration = toolSurprise(state, ["search", "shell", "upload"]);
  expect(exfiltration.bitsPerStep).toBeGreaterThan(4);
  expect(exfiltration.step).toEqual(["search", "(other)"]);
  expect(toolSurprise(createToolSequences(), ["x"])).toEqual({ bitsPerStep: 0, step: null });
});

it("keeps at most 64 tools", () => {
  const state = createToolSequences();
  learnToolSequence(
    state,
    Array.from({ length: 1_000 }, (_, index) => `tool-${index}`),
  );
  expect(state.tools).toHaveLength(64);
  expect(Object.keys(state.transitions).length).toBeLessThan(70);
});
