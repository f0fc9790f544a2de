import * as fc from "fast-check";
import {
  isTailSampled,
  logSampleWeight,
  sampleWeight,
} from "../../../analyzer/normalize/sample-weight.ts";
import type { AttributeValue } from "../../../core/model/telemetry.ts";
import { logOf, spanOf } from "../../helpers/otlp-records.ts";

const traced = (traceState: string) => spanOf({}, { traceState });

describe("sampleWeight", () => {
  it.each([
    ["", 1],
    ["ot=th:0", 1],
    ["ot=th:8", 2],
    ["ot=th:c", 4],
    ["ot=th:80000000000000", 2],
    ["ot=th:fd70a3d70a3d71", 100],
    ["ot=th:e;rv:0123456789abcd", 8],
    ["ot=rv:0123456789abcd;th:e", 8],
    ["vendor=a:1,ot=th:8", 2],
    ["vendor=a:1, ot=th:8 ", 2],
    ["ot=p:3;r:10", 8],
    ["ot=p:0", 1],
    ["ot=p:63", 1],
    ["ot=p:-1", 1],
    ["ot=th:", 1],
    ["ot=th:xyz", 1],
    ["ot=th:0123456789abcdef", 1],
    ["ot=rv:0123456789abcd", 1],
    ["not=th:8", 1],
    ["vendor=ot=th:8", 1],
  ])("of tracestate %j is %d", (traceState, weight) => {
    expect(sampleWeight(traced(traceState))).toBeCloseTo(weight, 9);
  });

  it("is what the configuration says of a service that says nothing itself", () => {
    const ratios = { shop: 0.1, other: 0.5 };
    expect(sampleWeight(spanOf({}), ratios)).toBeCloseTo(10, 9);
    expect(sampleWeight(traced("ot=th:8"), ratios)).toBe(2);
    expect(sampleWeight(traced("vendor=x"), ratios)).toBeCloseTo(10, 9);
    expect(sampleWeight(spanOf({}), { other: 0.5 })).toBe(1);
  });

  it("takes SampleRate as one in so many", () => {
    expect(sampleWeight(spanOf({ SampleRate: 20n }))).toBe(20);
    expect(sampleWeight(spanOf({ SampleRate: 20 }))).toBe(20);
    expect(sampleWeight(spanOf({ SampleRate: "20" }))).toBe(1);
    expect(sampleWeight(spanOf({ SampleRate: -3 }))).toBe(1);
  });

  it("is a finite number of at least 1, whatever the tracestate", () => {
    const hostile = fc.oneof(fc.string(), fc.stringMatching(/^ot=(th|p):[0-9a-f]{0,16}$/));
    fc.assert(
      fc.property(hostile, (text) => {
        const weight = sampleWeight(traced(text));
        expect(weight >= 1 && weight <= 2 ** 56).toBe(true);
      }),
    );
  });

  it("grows with the threshold", () => {
    const threshold = fc.bigInt({ min: 0n, max: 2n ** 56n - 1n });
    fc.assert(
      fc.property(threshold, (th) => {
        const weight = sampleWeight(traced(`ot=th:${th.toString(16).padStart(14, "0")}`));
        const expected = 2 ** 56 / Number(2n ** 56n - th);
        expect(weight).toBeCloseTo(expected, 6);
      }),
    );
  });
});

describe("logSampleWeight", () => {
  it("reads the threshold of the collector's probabilistic sampler", () => {
    const attributes = new Map<string, AttributeValue>([["sampling.threshold", "c"]]);
    expect(logSampleWeight(logOf("", "", { attributes }))).toBe(4);
    expect(logSampleWeight(logOf("", ""))).toBe(1);
    expect(logSampleWeight(logOf("", ""), { shop: 0.25 })).toBe(4);
  });
});

describe("isTailSampled", () => {
  it.each([
    ["sampling.policy", "errors"],
    ["tailsampling.policy", "latency"],
    ["SampleRate", 5],
  ] as const)("knows %s", (name, value) => {
    expect(isTailSampled(spanOf({ [name]: value }))).toBe(true);
  });

  it("knows the mark on the scope, where the collector puts it", () => {
    const attributes = new Map<string, AttributeValue>([["tailsampling.policy", "errors"]]);
    const scope = { name: "", version: "", schemaUrl: "", attributes };
    expect(isTailSampled(spanOf({}, { scope }))).toBe(true);
  });

  it("takes an ordinary span for what it is", () => {
    expect(isTailSampled(spanOf({ "http.method": "GET" }))).toBe(false);
  });
});
