import type { Verdict } from "../../core/model/genai.ts";
import type { AttributeMap } from "../../core/model/telemetry.ts";

/** Attributes of one kind of verdict, the preferred one first. */
interface VerdictTable {
  readonly kind: Verdict["kind"];
  /** Without any of these there is no verdict. */
  readonly name: readonly string[];
  readonly label: readonly string[];
  readonly score: readonly string[];
  readonly reason: readonly string[];
}

/**
 * `gen_ai.evaluation.result`; `gen_ai.guardrail.result` in both shapes that were proposed and
 * OpenLLMetry's `guardrail.run`; `agent.threat.detection`. The last two are proposals: a rename
 * is a line here.
 */
const tables: readonly VerdictTable[] = [
  {
    kind: "evaluation",
    name: ["gen_ai.evaluation.name"],
    label: ["gen_ai.evaluation.score.label"],
    score: ["gen_ai.evaluation.score.value"],
    reason: ["gen_ai.evaluation.explanation"],
  },
  {
    kind: "guardrail",
    name: [
      "gen_ai.guardrail.component.name",
      "gen_ai.guardrail.name",
      "gen_ai.guardrail.policy.id",
      "gen_ai.security.policy.id",
      "gen_ai.guardrail.verdict.type",
    ],
    label: [
      "gen_ai.guardrail.result.value",
      "gen_ai.guardrail.result.type",
      "gen_ai.guardrail.verdict.type",
      "gen_ai.guardrail.action.type",
      "gen_ai.guardrail.status",
    ],
    score: ["gen_ai.guardrail.risk.score", "gen_ai.security.risk.score"],
    reason: [
      "gen_ai.guardrail.result.reason",
      "gen_ai.guardrail.risk.category",
      "gen_ai.security.risk.category",
      "gen_ai.guardrail.error.message",
    ],
  },
  {
    kind: "threat",
    name: ["agent.threat.detection.rule_id"],
    label: ["agent.threat.detection.action"],
    score: [],
    reason: ["agent.threat.detection.severity"],
  },
];

/** Names that show that a record holds a verdict. */
export const verdictAttributes: ReadonlySet<string> = new Set(tables.flatMap(({ name }) => name));

/** Longer explanations are cut; they also stay in the raw attributes. */
const maxText = 1024;

/** The verdicts in the attributes of a span, an event or a log record. */
export function readVerdicts(attributes: AttributeMap): Verdict[] {
  const verdicts: Verdict[] = [];
  for (const table of tables) {
    const name = textOf(attributes, table.name);
    if (name !== "") {
      verdicts.push({
        kind: table.kind,
        name,
        label: textOf(attributes, table.label),
        score: scoreOf(attributes, table.score),
        reason: textOf(attributes, table.reason),
      });
    }
  }
  return verdicts;
}

function textOf(attributes: AttributeMap, names: readonly string[]): string {
  for (const name of names) {
    const value = attributes.get(name);
    if (typeof value === "string" && value !== "") {
      return value.slice(0, maxText);
    }
    if (typeof value === "number" || typeof value === "boolean") {
      return String(value);
    }
  }
  return "";
}

function scoreOf(attributes: AttributeMap, names: readonly string[]): number | null {
  for (const name of names) {
    const value = attributes.get(name);
    const score = typeof value === "bigint" ? Number(value) : value;
    if (typeof score === "number" && Number.isFinite(score)) {
      return score;
    }
  }
  return null;
}
