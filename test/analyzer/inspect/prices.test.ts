import { createPricing } from "../../../analyzer/inspect/prices.ts";
import { normalized } from "../normalize/normalized.ts";

function record(model: string, rest = {}) {
  return normalized({
    "gen_ai.operation.name": "chat",
    "gen_ai.request.model": model,
    "gen_ai.usage.input_tokens": 1_000_000,
    "gen_ai.usage.output_tokens": 100_000,
    "gen_ai.usage.cache_read.input_tokens": 400_000,
    ...rest,
  });
}

describe("createPricing", () => {
  const listed = 0.6 * 1.25 + 0.4 * 0.125 + 0.1 * 10;

  it("prices cached tokens apart, never twice", () => {
    expect(createPricing({})(record("gpt-5"))).toBeCloseTo(listed, 9);
  });

  it("takes a configured price before the sender's cost, and that before the list", () => {
    const reported = record("gpt-5", { "gen_ai.usage.cost": 0.5 });
    expect(createPricing({})(reported)).toBe(0.5);
    expect(createPricing({ "gpt-5": { input: 1, output: 1 } })(reported)).toBeCloseTo(1.1, 9);
  });

  it("prices model calls only", () => {
    const agent = record("gpt-5", { "gen_ai.operation.name": "invoke_agent" });
    expect(createPricing({})(agent)).toBe(0);
  });

  it("has no price for a name that is no model's", () => {
    expect(createPricing({})(record(`gpt-5${"x".repeat(1000)}`))).toBe(0);
    expect(createPricing({})(record("in-house"))).toBe(0);
  });
});
