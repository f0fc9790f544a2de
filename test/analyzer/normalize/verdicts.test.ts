import { normalizeLog } from "../../../analyzer/normalize/normalize.ts";
import type { Verdict } from "../../../core/model/genai.ts";
import type { AttributeValue } from "../../../core/model/telemetry.ts";
import { logOf, spanEventOf } from "../../helpers/otlp-records.ts";
import { normalized } from "./normalized.ts";

const cases: [event: string, attributes: Record<string, AttributeValue>, verdict: Verdict][] = [
  [
    "gen_ai.evaluation.result",
    {
      "gen_ai.evaluation.name": "relevance",
      "gen_ai.evaluation.score.value": 0.2,
      "gen_ai.evaluation.score.label": "irrelevant",
      "gen_ai.evaluation.explanation": "off topic",
      "gen_ai.response.id": "resp_1",
    },
    {
      kind: "evaluation",
      name: "relevance",
      label: "irrelevant",
      score: 0.2,
      reason: "off topic",
    },
  ],
  [
    "gen_ai.guardrail.result",
    {
      "gen_ai.guardrail.component.name": "llama-guard",
      "gen_ai.guardrail.result.type": "decision",
      "gen_ai.guardrail.result.value": "BLOCKED",
      "gen_ai.guardrail.result.reason": "violence",
      "gen_ai.guardrail.risk.score": 0.9,
    },
    { kind: "guardrail", name: "llama-guard", label: "BLOCKED", score: 0.9, reason: "violence" },
  ],
  [
    "gen_ai.guardrail.security.finding",
    {
      "gen_ai.security.policy.id": "pii",
      "gen_ai.guardrail.verdict.type": "deny",
      "gen_ai.security.risk.category": "pii",
      "gen_ai.security.risk.score": 1,
    },
    { kind: "guardrail", name: "pii", label: "deny", score: 1, reason: "pii" },
  ],
  [
    "agent.threat.detection",
    {
      "agent.threat.detection.rule_id": "R1",
      "agent.threat.detection.ruleset": "acme@1",
      "agent.threat.detection.severity": 17,
      "agent.threat.detection.action": "block",
    },
    { kind: "threat", name: "R1", label: "block", score: null, reason: "17" },
  ],
];

describe.each(cases)("%s", (event, attributes, verdict) => {
  it("is read from a log event", () => {
    const log = logOf(event, null, { attributes: new Map(Object.entries(attributes)) });
    expect(normalizeLog(log)?.verdicts).toEqual([verdict]);
  });

  it("is read from an event of a span", () => {
    const record = normalized(
      { "gen_ai.operation.name": "chat" },
      { events: [spanEventOf(event, attributes)] },
    );
    expect(record.verdicts).toEqual([verdict]);
  });

  it("is read from the attributes of a span", () => {
    expect(
      normalized({ "gen_ai.operation.name": "apply_guardrail", ...attributes }).verdicts,
    ).toEqual([verdict]);
  });
});

it("an evaluation names the response that it judged", () => {
  const attributes = new Map(Object.entries(cases[0]?.[1] ?? {}));
  const record = normalizeLog(logOf("gen_ai.evaluation.result", null, { attributes }));
  expect(record?.responseId).toBe("resp_1");
});
