import type { Finding, FindingStatus, FindingType } from "../core/model/finding.ts";
import type { ProposalState, Surface } from "../core/model/proposal.ts";
import { telltaleActor } from "./proposals/proposal-commands.ts";
import { isOpen, type ProposalRecord } from "./proposals/proposal-state.ts";

/** Which control surfaces a type of finding may propose an edit to. */
const surfacesOf: Readonly<Partial<Record<FindingType, readonly Surface[]>>> = {
  "prompt_injection.direct": ["threat_model"],
  "prompt_injection.indirect": ["guardrail", "threat_model"],
  secret_leak: ["guardrail", "threat_model"],
  data_exfiltration: ["guardrail", "threat_model"],
  unsafe_command: ["guardrail", "threat_model"],
};

/** The types that lead to a proposal at all. */
export const proposingTypes = Object.keys(surfacesOf) as FindingType[];

/** The control surfaces that a type of finding may propose an edit to, or none. */
export function surfacesFor(type: FindingType): readonly Surface[] {
  return surfacesOf[type] ?? [];
}

/** A rejection by a person is a decision and is remembered this long. */
export const suppressionDays = 90;

export interface GateInput {
  readonly finding: Pick<Finding, "type" | "sessions" | "fingerprint">;
  readonly status: FindingStatus;
  /** Whether one of its detections is of critical severity and succeeded. */
  readonly criticalSuccess: boolean;
  /** Every proposal of the tenant, open or closed. */
  readonly proposals: readonly ProposalRecord[];
  readonly nowUnixMs: number;
}

export interface GateLimits {
  readonly minSessions: number;
}

export type GateResult =
  | { readonly pass: true; readonly surfaces: readonly Surface[] }
  | { readonly pass: false; readonly reason: GateRefusal };

export type GateRefusal = "type_without_surface" | "status" | "support" | "already_proposed";

/**
 * Decides whether a finding deserves a proposal: enough support and nobody who has already
 * proposed or declined it. Too little confidence in its cause (`confidenceHold`) holds the filing,
 * not the draft.
 */
export function gate(input: GateInput, limits: GateLimits): GateResult {
  const { finding, status, criticalSuccess } = input;
  const candidates = surfacesFor(finding.type);
  if (candidates.length === 0) {
    return { pass: false, reason: "type_without_surface" };
  }
  if (status !== "open" && status !== "acknowledged") {
    return { pass: false, reason: "status" };
  }
  if (finding.sessions < limits.minSessions && !criticalSuccess) {
    return { pass: false, reason: "support" };
  }
  const surfaces = candidates.filter((surface) => !isTaken(input, surface));
  return surfaces.length === 0
    ? { pass: false, reason: "already_proposed" }
    : { pass: true, surfaces };
}

/**
 * Why a finding must not be filed yet, or empty. A proposal without a change to name is drafted
 * and shown, and filed once a change that arrives later explains the finding.
 */
export function confidenceHold(
  finding: Pick<Finding, "attribution">,
  minConfidence: number,
): string {
  const best = confidence(finding);
  return best >= minConfidence
    ? ""
    : `No change explains the finding well enough: best ${best.toFixed(2)}, needed ${minConfidence.toFixed(2)}.`;
}

/** Probability of the best candidate that is a change; "none of these" does not count. */
export function confidence({ attribution }: Pick<Finding, "attribution">): number {
  return Math.max(
    0,
    ...attribution.filter((entry) => entry.changeId !== null).map((entry) => entry.probability),
  );
}

/** True for an open proposal, a verified one, or a person's "no" that still stands. */
function isTaken({ finding, proposals, nowUnixMs }: GateInput, surface: Surface): boolean {
  return proposals
    .filter((record) => record.fingerprints.includes(finding.fingerprint))
    .filter((record) => record.proposal.surface === surface)
    .some((record) => isOpen(record.proposal.state) || isDeclined(record, nowUnixMs));
}

/** Verdicts after which the same edit is not proposed again; `regressed` asks for a new one. */
const decided: ReadonlySet<ProposalState> = new Set(["effective", "inconclusive", "harmful"]);

/** Whether a verdict or a person's recent rejection stands against the same edit. */
export function isDeclined(
  { proposal, closedBy, closedAtUnixMs }: ProposalRecord,
  now: number,
): boolean {
  if (decided.has(proposal.state)) {
    return true;
  }
  const byPerson = proposal.state === "rejected" && closedBy !== telltaleActor;
  const age = now - (closedAtUnixMs ?? now);
  return byPerson && age < suppressionDays * 86_400_000;
}
