import type { FindingType } from "../../core/model/finding.ts";
import type { Surface } from "../../core/model/proposal.ts";

const phrases: Readonly<Partial<Record<FindingType, string>>> = {
  "prompt_injection.direct": "direct prompt injection",
  "prompt_injection.indirect": "indirect prompt injection",
  secret_leak: "leaked secrets",
  data_exfiltration: "data exfiltration",
  unsafe_command: "unsafe commands",
};

const openings = {
  guardrail: "Add guardrail against",
  threat_model: "Add to the threat model:",
  review_focus: "Focus review on",
  release_policy: "Tighten the release policy against",
  design_intent: "State the design intent on",
} as const satisfies Record<Surface, string>;

/** Title of a proposal and first line of its commit: fixed words and eight hex digits. */
export function proposalTitle(surface: Surface, type: FindingType, fingerprint: string): string {
  const phrase = phrases[type] ?? "a finding in production";
  return `${openings[surface]} ${phrase} (${fingerprint.replace(/[^0-9a-f]/g, "").slice(0, 8)})`;
}
