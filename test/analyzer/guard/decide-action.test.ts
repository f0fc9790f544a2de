import { decide } from "../../../analyzer/guard/decide-action.ts";
import type { AttributedMatch } from "../../../analyzer/inspect/content-scanner.ts";

function match(change: Partial<AttributedMatch>): AttributedMatch {
  return {
    type: "unsafe_command",
    detector: "unsafe-command",
    ruleVersion: 1,
    rule: "download-run",
    targetClass: "",
    score: 0.9,
    strength: "strong",
    severity: "high",
    outcome: "attempt",
    excerpt: "",
    maskedValue: "",
    location: "content",
    tool: "",
    contentIndex: 0,
    start: 0,
    end: 0,
    ...change,
  };
}

const open = { actions: {}, onFailure: "open" } as const;
const nothing = { matches: [], guardrails: [], failures: [] };
const weak = match({ strength: "weak", score: 0.5 });
const secret = match({ type: "secret_leak", detector: "secret-leak" });

it.each([
  ["nothing", { ...nothing }, "allow"],
  ["one observation", { ...nothing, matches: [weak] }, "warn"],
  ["two of one rule", { ...nothing, matches: [weak, weak] }, "warn"],
  ["two of different rules", { ...nothing, matches: [weak, { ...weak, rule: "x" }] }, "block"],
  ["a finding", { ...nothing, matches: [match({})] }, "block"],
  ["a secret", { ...nothing, matches: [secret, weak] }, "redact"],
  ["a secret and a finding", { ...nothing, matches: [secret, match({})] }, "block"],
] as const)("%s", (_name, judged, action) => {
  expect(decide(judged, open).action).toBe(action);
});

it("denies and asks as the guardrail says, and names it", () => {
  const guardrails = [
    { guardrail: "p1", rule: "Bash(curl:*)", effect: "ask" },
    { guardrail: "p2", rule: "Bash(rm:*)", effect: "deny" },
  ] as const;
  expect(decide({ ...nothing, guardrails }, open)).toEqual({
    action: "block",
    reasons: [
      { detector: "guardrail", guardrail: "p2", rule: "Bash(rm:*)", score: 1 },
      { detector: "guardrail", guardrail: "p1", rule: "Bash(curl:*)", score: 1 },
    ],
  });
  expect(decide({ ...nothing, guardrails: guardrails.slice(0, 1) }, open).action).toBe("warn");
});

it("caps what a type leads to, and never masks what no mask takes away", () => {
  const capped = { ...open, actions: { unsafe_command: "redact", secret_leak: "warn" } } as const;
  expect(decide({ ...nothing, matches: [match({})] }, capped).action).toBe("warn");
  expect(decide({ ...nothing, matches: [secret] }, capped).action).toBe("warn");
  const allowed = { ...open, actions: { unsafe_command: "allow" } } as const;
  expect(decide({ ...nothing, matches: [match({})] }, allowed).action).toBe("allow");
});

it("lets through or blocks what could not be checked, as configured, and says so", () => {
  const judged = { ...nothing, failures: ["truncated"] };
  const reasons = [{ detector: "guard", rule: "truncated", score: 0 }];
  expect(decide(judged, open)).toEqual({ action: "allow", reasons });
  expect(decide(judged, { ...open, onFailure: "closed" })).toEqual({ action: "block", reasons });
});
