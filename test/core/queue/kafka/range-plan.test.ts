import * as fc from "fast-check";
import {
  halve,
  planAfter,
  type RangePlan,
  readPlan,
  writePlan,
} from "../../../../core/queue/kafka/range-plan.ts";

const offset = fc.integer({ min: 0, max: 2 ** 40 });

const plan: fc.Arbitrary<{ from: number; plan: RangePlan }> = fc
  .tuple(
    offset,
    fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 20 }),
    fc.nat(2),
  )
  .map(([from, steps, refusals]) => {
    const ends: number[] = [];
    steps.forEach((step) => ends.push((ends.at(-1) ?? from) + step));
    const [to = from, ...rest] = ends;
    return { from, plan: { to, refusals, rest } };
  });

test("a plan that was written down is read again", () => {
  fc.assert(
    fc.property(plan, ({ from, plan: written }) => {
      expect(readPlan(writePlan(written), from)).toEqual(written);
    }),
  );
  expect(readPlan(writePlan(null), 7)).toBeNull();
});

test("what is no plan is none, whoever wrote it", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), offset, (text, from) => {
      const read = readPlan(text, from);
      expect(read === null || read.to >= from).toBe(true);
    }),
  );
  expect(readPlan(null, 0)).toBeNull();
  expect(readPlan('{"to":4}', 5)).toBeNull();
  expect(readPlan('{"to":9,"rest":[8]}', 5)).toBeNull();
  expect(readPlan('{"to":"9"}', 5)).toBeNull();
});

test("halves and what follows them cover the range, in order, without a gap", () => {
  fc.assert(
    fc.property(
      plan,
      fc.array(fc.double({ min: 0, max: 0.999, noNaN: true })),
      ({ from, plan: whole }, cuts) => {
        let start = from;
        let left: RangePlan | null = whole;
        const ends: number[] = [];
        for (const cut of cuts) {
          if (left !== null && left.to > start) {
            left = halve(left, start + Math.floor(cut * (left.to - start)));
          }
        }
        for (; left !== null; left = planAfter(left)) {
          expect(left.to).toBeGreaterThanOrEqual(start);
          ends.push(left.to);
          start = left.to + 1;
        }
        expect(ends.at(-1)).toBe(whole.rest.at(-1) ?? whole.to);
        expect(ends).toEqual(expect.arrayContaining([whole.to, ...whole.rest]));
      },
    ),
  );
});

test("a plan of the deepest halving fits into the metadata of an offset", () => {
  let deep: RangePlan = { to: 2 ** 50 + 8192, refusals: 0, rest: [] };
  for (let width = 4096; width >= 1; width /= 2) {
    deep = halve(deep, 2 ** 50 + width);
  }
  expect(writePlan(deep).length).toBeLessThan(4096);
});
