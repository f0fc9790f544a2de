import type { Finding, FindingType, Severity } from "../../../core/model/finding.ts";
import { stableId } from "../../../core/model/identity.ts";
import { nameSlot } from "../../text/slots.ts";

/** What is added to a threat model for one finding, as plain values. */
export interface ThreatEntry {
  readonly threat: {
    readonly id: string;
    readonly name: string;
    readonly categories: readonly string[];
    readonly cwes: readonly string[];
    readonly risk: { readonly likelihood: number; readonly impact: number };
    readonly attributes: Readonly<Record<string, string>>;
  };
  readonly mitigation: {
    readonly id: string;
    readonly name: string;
    readonly riskReduction: number;
    readonly attributes: Readonly<Record<string, string>>;
  };
  /** The reference on the component that carries the threat. */
  readonly instance: {
    readonly threat: string;
    readonly state: string;
    readonly mitigations: readonly { readonly mitigation: string; readonly state: string }[];
  };
  /** Names under which a component may be this finding's: agent, then service. */
  readonly carriers: readonly string[];
  /** Name for a new model. */
  readonly project: string;
}

interface Wording {
  readonly threat: string;
  readonly mitigation: string;
}

const wordings: Readonly<Partial<Record<FindingType, Wording>>> = {
  "prompt_injection.direct": {
    threat: "Prompt injection through user input",
    mitigation: "Separate instructions from user input and limit what the agent may do",
  },
  "prompt_injection.indirect": {
    threat: "Indirect prompt injection through content that the agent reads",
    mitigation: "Treat tool results as data and limit the tools that follow them",
  },
  secret_leak: {
    threat: "Secrets leave through model output or tool calls",
    mitigation: "Keep secrets out of reach of the agent and redact its output",
  },
  data_exfiltration: {
    threat: "Data exfiltration through a tool of the agent",
    mitigation: "Restrict the hosts and tools that the agent may send data to",
  },
  unsafe_command: {
    threat: "The agent runs harmful commands",
    mitigation: "Deny or confirm harmful commands and run the agent in a sandbox",
  },
};

const fallback: Wording = {
  threat: "Behavior seen in production that the threat model does not cover",
  mitigation: "Limit the behavior and watch it",
};

const impactOf = {
  informational: 10,
  low: 25,
  medium: 50,
  high: 75,
  critical: 95,
} as const satisfies Record<Severity, number>;

/**
 * Builds the entry from closed templates. Its ids are a hash of the type and the component, so
 * that a component has one threat of a type, however many findings tell of it.
 */
export function threatEntry(finding: Finding): ThreatEntry {
  const key = stableId("threat", finding.type, comparableName(finding.agent || finding.service));
  const threat = `t-telltale-${key.slice(0, 8)}`;
  const mitigation = `m-telltale-${key.slice(0, 8)}`;
  const attributes = { "x-telltale-finding": nameSlot(finding.id) };
  const wording = wordings[finding.type] ?? fallback;
  const { owaspLlm, owaspAgentic, atlas, cwe } = finding.taxonomy;
  return {
    threat: {
      id: threat,
      name: wording.threat,
      categories: [...owaspLlm, ...owaspAgentic, ...atlas],
      cwes: cwe.map((id) => (/^CWE-\d+$/.test(id) ? id : `CWE-${id.replace(/\D/g, "")}`)),
      risk: { likelihood: likelihood(finding.sessions), impact: impactOf[finding.severity] },
      attributes,
    },
    mitigation: { id: mitigation, name: wording.mitigation, riskReduction: 50, attributes },
    instance: { threat, state: "exposed", mitigations: [{ mitigation, state: "required" }] },
    carriers: [finding.agent, finding.service].filter((name) => name !== ""),
    project: nameSlot(finding.service || "project"),
  };
}

/** A name as people may spell it: without case, and any separator as one hyphen. */
export function comparableName(name: string): string {
  return name.toLowerCase().replace(/[\s_.-]+/g, "-");
}

/** Seen in production at all is likely; many sessions are nearly certain. Percent. */
function likelihood(sessions: number): number {
  if (sessions >= 10) {
    return 95;
  }
  return sessions >= 2 ? 80 : 60;
}
