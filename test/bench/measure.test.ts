import { measure, median } from "../../bench/measure.ts";
import { genAiSpans } from "../../bench/payload.ts";
import { encodeTraceRequest } from "../../core/otlp/encode.ts";

test.each([
  { values: [3, 1, 2], expected: 2 },
  { values: [4, 1, 3, 2], expected: 2.5 },
  { values: [7], expected: 7 },
])("median of $values", ({ values, expected }) => {
  expect(median(values)).toBe(expected);
});

test("rounds are interleaved and the baseline has ratio 1", () => {
  const order: string[] = [];
  const subjects = ["a", "b"].map((name) => ({
    name,
    unitsPerCall: 1,
    work: () => order.at(-1) === name || order.push(name),
  }));
  const measured = measure(subjects, { baseline: "b", rounds: 2, cpuMsPerRound: 1 });
  expect(order).toEqual(["a", "b", "a", "b", "a", "b"]);
  expect(measured.map(({ name }) => name)).toEqual(["a", "b"]);
  expect(measured[1]?.ratio).toBe(1);
});

test("an unknown baseline is refused", () => {
  const options = { baseline: "x", rounds: 1, cpuMsPerRound: 0 };
  expect(() => measure([], options)).toThrow(/baseline x/);
});

test("the payload is deterministic and of the stated size", () => {
  const options = { spans: 64, seed: 1, startUnixMs: 1_700_000_000_000 };
  const body = encodeTraceRequest(genAiSpans(options));
  expect(encodeTraceRequest(genAiSpans(options))).toEqual(body);
  expect(encodeTraceRequest(genAiSpans({ ...options, seed: 2 }))).not.toEqual(body);
  expect(body.length / 64).toBeGreaterThan(2000);
  expect(body.length / 64).toBeLessThan(2700);
});
