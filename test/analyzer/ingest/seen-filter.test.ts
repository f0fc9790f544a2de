import * as fc from "fast-check";
import { createSeenFilter } from "../../../analyzer/ingest/seen-filter.ts";
import { createRandom } from "../../../bench/random.ts";

const number = fc.integer({ min: -(2 ** 31), max: 2 ** 32 - 1 });

it("never denies what was added, whatever the numbers are", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(number, number), { maxLength: 200 }), (pairs) => {
      const filter = createSeenFilter();
      for (const [high, low] of pairs) {
        filter.add(high, low);
      }
      expect(pairs.every(([high, low]) => filter.mayHave(high, low))).toBe(true);
    }),
    { numRuns: 50 },
  );
});

it.each([
  {
    what: "random numbers",
    pair: (random: () => number) => [random() * 2 ** 32, random() * 2 ** 32],
  },
  { what: "numbers in sequence", pair: (_random: () => number, index: number) => [0, index] },
])("denies about 99 of 100 others at full layers, with $what", ({ pair }) => {
  const random = createRandom(1);
  const filter = createSeenFilter();
  const added = 1_600_000;
  for (let index = 0; index < added; index += 1) {
    const [high = 0, low = 0] = pair(random, index);
    filter.add(high, low);
  }
  let wrong = 0;
  for (let index = 0; index < 20_000; index += 1) {
    const [high = 0, low = 0] = pair(random, added + index);
    wrong += filter.mayHave(high, low) ? 1 : 0;
  }
  expect(wrong / 20_000).toBeLessThan(0.02);
});
