import type { FindingType, Taxonomy } from "./finding.ts";

/** OWASP LLM Top 10: number in the 2026 edition → number of the same entry in 2025. */
const llm2025 = {
  LLM01: "LLM01",
  LLM02: "LLM02",
  LLM03: "LLM06",
  LLM04: "LLM03",
  LLM05: "LLM04",
  LLM06: "LLM10",
  LLM07: "LLM09",
  LLM08: "LLM07",
  LLM09: "LLM08",
  LLM10: "LLM05",
} as const;

/**
 * Published ids of each finding type: OWASP LLM Top 10 (2026 and, under its own numbers, 2025),
 * OWASP Top 10 for Agentic Applications 2026, MITRE ATLAS v5.6 and CWE 4.x.
 *
 * An empty list says that no entry fits; pure quality drift has none. The choice of ids is a
 * judgement; the editions renumber, so an OWASP LLM id always carries its edition.
 */
export const taxonomies = {
  "prompt_injection.direct": entry({
    llm: ["LLM01"],
    agentic: ["ASI01"],
    atlas: ["AML.T0051.000", "AML.T0065", "AML.T0068"],
    cwe: ["CWE-1427"],
  }),
  "prompt_injection.indirect": entry({
    llm: ["LLM01"],
    agentic: ["ASI01"],
    atlas: ["AML.T0051.001", "AML.T0051.002", "AML.T0093"],
    cwe: ["CWE-1427"],
  }),
  jailbreak: entry({
    llm: ["LLM01"],
    agentic: ["ASI01"],
    atlas: ["AML.T0054"],
    cwe: ["CWE-1427", "CWE-693"],
  }),
  secret_leak: entry({
    llm: ["LLM02"],
    agentic: ["ASI03"],
    atlas: ["AML.T0057", "AML.T0055", "AML.T0083", "AML.T0098"],
    cwe: ["CWE-200", "CWE-532"],
  }),
  pii_leak: entry({ llm: ["LLM02"], atlas: ["AML.T0057"], cwe: ["CWE-359"] }),
  system_prompt_leak: entry({
    llm: ["LLM08"],
    agentic: ["ASI06"],
    atlas: ["AML.T0056", "AML.T0069.002", "AML.T0084.001"],
    cwe: ["CWE-200"],
  }),
  data_exfiltration: entry({
    llm: ["LLM02", "LLM03"],
    agentic: ["ASI02"],
    atlas: ["AML.T0053", "AML.T0086", "AML.T0085.001"],
    cwe: ["CWE-200", "CWE-201"],
  }),
  model_extraction: entry({
    llm: ["LLM06"],
    atlas: ["AML.T0024.002", "AML.T0005.001", "AML.T0024.000", "AML.T0024.001", "AML.T0063"],
    cwe: ["CWE-799"],
  }),
  data_poisoning: entry({
    llm: ["LLM05", "LLM09"],
    agentic: ["ASI06"],
    atlas: ["AML.T0020", "AML.T0031", "AML.T0059", "AML.T0070", "AML.T0080"],
    cwe: ["CWE-349"],
  }),
  tool_misuse: entry({
    llm: ["LLM03"],
    agentic: ["ASI02"],
    atlas: ["AML.T0053", "AML.T0086"],
    cwe: ["CWE-441"],
  }),
  tool_poisoning: entry({
    llm: ["LLM04"],
    agentic: ["ASI04"],
    atlas: ["AML.T0110", "AML.T0099", "AML.T0104", "AML.T0109", "AML.T0011.002"],
    cwe: ["CWE-494", "CWE-829"],
  }),
  unsafe_command: entry({
    llm: ["LLM03", "LLM10"],
    agentic: ["ASI05"],
    atlas: ["AML.T0050", "AML.T0102", "AML.T0101", "AML.T0105", "AML.T0072"],
    cwe: ["CWE-78"],
  }),
  unsafe_code: entry({
    llm: ["LLM10"],
    agentic: ["ASI05"],
    atlas: ["AML.T0050", "AML.T0102"],
    cwe: ["CWE-94"],
  }),
  unsafe_output: entry({
    llm: ["LLM10"],
    atlas: ["AML.T0077", "AML.T0067"],
    cwe: ["CWE-79", "CWE-116"],
  }),
  hallucinated_package: entry({
    llm: ["LLM07", "LLM04"],
    agentic: ["ASI04"],
    atlas: ["AML.T0060", "AML.T0062", "AML.T0011.001"],
    cwe: ["CWE-1357", "CWE-829"],
  }),
  hidden_text: entry({
    llm: ["LLM01"],
    agentic: ["ASI01"],
    atlas: ["AML.T0051.001", "AML.T0068"],
    cwe: ["CWE-1427", "CWE-451"],
  }),
  degenerate_output: entry({ llm: ["LLM06", "LLM07"], agentic: ["ASI08"], atlas: ["AML.T0029"] }),
  privilege_escalation: entry({
    llm: ["LLM03"],
    agentic: ["ASI03"],
    atlas: ["AML.T0081", "AML.T0012", "AML.T0091.000"],
    cwe: ["CWE-269"],
  }),
  identity_anomaly: entry({
    llm: ["LLM03"],
    agentic: ["ASI03", "ASI10"],
    atlas: ["AML.T0012", "AML.T0108"],
    cwe: ["CWE-284"],
  }),
  architecture_violation: entry({ agentic: ["ASI08"], cwe: ["CWE-1059", "CWE-923"] }),
  cost_anomaly: entry({
    llm: ["LLM06"],
    agentic: ["ASI08"],
    atlas: ["AML.T0034", "AML.T0034.000", "AML.T0034.002", "AML.T0029"],
    cwe: ["CWE-400", "CWE-770"],
  }),
  performance_regression: entry({ agentic: ["ASI08"], cwe: ["CWE-400"] }),
  error_regression: entry({ agentic: ["ASI08"], cwe: ["CWE-755"] }),
  "drift.distribution": entry({}),
  "drift.text": entry({}),
  "drift.behaviour": entry({ agentic: ["ASI10", "ASI08"], atlas: ["AML.T0031"] }),
  novel_value: entry({ llm: ["LLM03"], agentic: ["ASI02"], atlas: ["AML.T0053"] }),
  no_data: entry({ cwe: ["CWE-778"] }),
} satisfies Record<FindingType, Taxonomy>;

interface Ids {
  readonly llm?: readonly (keyof typeof llm2025)[];
  readonly agentic?: readonly string[];
  readonly atlas?: readonly string[];
  readonly cwe?: readonly string[];
}

function entry({ llm = [], agentic = [], atlas = [], cwe = [] }: Ids): Taxonomy {
  return {
    owaspLlm: llm.flatMap((id) => [`owasp-llm:2026:${id}`, `owasp-llm:2025:${llm2025[id]}`]),
    owaspAgentic: agentic,
    atlas,
    cwe,
  };
}
