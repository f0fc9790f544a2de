import type { Finding } from "../../core/model/finding.ts";

/** A finding with every field that a test does not care about filled in. */
export function findingOf(changes: Partial<Finding> = {}): Finding {
  return {
    id: "f1".padEnd(32, "0"),
    tenant: "default",
    fingerprint: "0123456789abcdef0123456789abcdef",
    type: "data_exfiltration",
    title: "Data exfiltration",
    severity: "high",
    status: "open",
    statusReason: "",
    service: "shop-assistant",
    environment: "production",
    agent: "",
    tool: "",
    targetClass: "",
    firstSeen: "2026-11-10T10:00:00.000Z",
    lastSeen: "2026-11-12T10:00:00.000Z",
    onset: "2026-11-10T10:00:00.000Z",
    occurrences: 14,
    sessions: 12,
    detectors: ["data-exfiltration"],
    taxonomy: {
      owaspLlm: ["owasp-llm:2026:LLM02"],
      owaspAgentic: ["ASI02"],
      atlas: ["AML.T0025"],
      cwe: ["CWE-200"],
    },
    attribution: [
      { changeId: "a".repeat(40), kind: "commit", probability: 0.8, reasons: [] },
      { changeId: null, kind: "none", probability: 0.2, reasons: [] },
    ],
    attributedAt: "2026-11-12T10:00:00.000Z",
    evidence: [],
    proposals: [],
    backfilled: false,
    ...changes,
  };
}
