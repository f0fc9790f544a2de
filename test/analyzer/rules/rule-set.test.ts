import * as fc from "fast-check";
import { createRedactor, type Sighting } from "../../../analyzer/redact/redactor.ts";
import { compileRule } from "../../../analyzer/rules/compile-rule.ts";
import { createRuleEngine } from "../../../analyzer/rules/rule-engine.ts";
import { createRuleSet } from "../../../analyzer/rules/rule-set.ts";
import { UserRule } from "../../../analyzer/rules/user-rule.ts";
import { acmeRule, acmeToken } from "./rule-files.ts";

const compile = (change: object = {}) => compileRule(UserRule.parse(acmeRule(change)));

describe("the engine", () => {
  const found = (change: object, text: string) =>
    createRuleEngine([compile(change)])(text).hits.map(({ start, end }) => text.slice(start, end));

  it.each([
    ["the whole match", {}, [acmeToken]],
    ["a group", { pattern: "acme_([a-z0-9]+)" }, ["7d2f9b4c1e8a6053"]],
    ["a chosen group", { pattern: "(acme)_([a-z0-9]+)", group: 2 }, ["7d2f9b4c1e8a6053"]],
    ["too little entropy", { entropy: 4.5 }, []],
    ["an allowed word", { allow: { words: ["7D2F"] } }, []],
    ["an allowed pattern", { allow: { patterns: ["^acme_7"] } }, []],
    ["a keyword that is not there", { keywords: ["zeta"] }, []],
    ["a keyword in other letters", { keywords: ["ACME"] }, [acmeToken]],
  ])("finds %s", (_name, change, expected) => {
    expect(found(change, `a 😀 ${acmeToken}, b`)).toEqual(expected);
  });

  it("finds every match that stands near a keyword, wherever that is", () => {
    const word = fc.constantFrom("acme_", "x".repeat(300), " ", acmeToken, "\n", "é");
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (words) => {
        const text = words.join(" ");
        const expected = words.filter((each) => each === acmeToken).slice(0, 20);
        expect(found({}, text)).toEqual(expected);
      }),
    );
  });

  it("reads a bounded part of a hostile text and says what it left", () => {
    const text = "acme_ ".repeat(50_000);
    const scan = createRuleEngine([compile(), compile({ pattern: "(a|b|c_)+$" })])(text);
    expect(scan.hits).toEqual([]);
    expect(scan.unread.length).toBeGreaterThan(0);
    const read =
      2 * text.length - scan.unread.reduce((sum, { start, end }) => sum + end - start, 0);
    expect(read).toBeLessThanOrEqual(32_768);
  });
});

describe("masking", () => {
  const redactor = createRedactor("key", createRuleSet([compile()]));

  it("gives one secret one mask, beside those of the shipped rules, and never masks a mask", () => {
    const github = "ghp_k7Qd2mXw9RzT4bHs1NvY8cJf6GpL3eW5uA0B";
    const sightings: Sighting[] = [];
    const masked = redactor.text(`${acmeToken} ${github} ${acmeToken}`, "body", sightings);
    const [first, other, second] = masked.split(" ");
    expect([first, other]).toEqual([second, expect.stringContaining("ghp_****") as string]);
    expect(sightings.map(({ rule }) => rule.id)).toEqual([
      "acme-token",
      "github-token",
      "acme-token",
    ]);
    expect(redactor.text(masked, "body", [])).toBe(masked);
    const group = createRedactor("key", createRuleSet([compile({ pattern: "acme_(\\S+)" })]));
    const once = group.text(acmeToken, "body", []);
    expect(group.text(once, "body", [])).toBe(once);
  });

  it("masks whole what a hostile text leaves no time to read", () => {
    const text = `${"acme_ ".repeat(50_000)}${acmeToken}`;
    expect(redactor.text(text, "body", [])).not.toContain(acmeToken);
  });

  it("masks no rule that only looks", () => {
    const looking = createRedactor("key", createRuleSet([compile({ mask: false })]));
    expect(looking.text(acmeToken, "body", [])).toBe(acmeToken);
  });
});
