import { type FindingType, type Severity, severities } from "../../core/model/finding.ts";

/** A finding as far as incidents look at it. */
export interface IncidentFinding {
  readonly id: string;
  readonly fingerprint: string;
  readonly type: FindingType;
  readonly severity: Severity;
  readonly onsetUnixMs: number;
  /** Whether one of its detections saw the harmful act succeed. */
  readonly hasSucceeded: boolean;
}

/** Share, 0 to 1, of the smaller finding's sessions (or traces) that the other one has too. */
export type Containment = (fingerprint: string, other: string) => number;

/** Findings of one cause; the first leads and speaks for the others. */
export type Incident<Member extends IncidentFinding> = readonly [Member, ...Member[]];

const minContainment = 0.5;
const maxOnsetGapMs = 24 * 3_600_000;

/**
 * Types from the harm itself to what led to it: where all else is equal, the one nearer to the
 * harm says best what has to be stopped. A type that is not listed comes last.
 */
const nearestToHarm: readonly FindingType[] = [
  "data_exfiltration",
  "unsafe_command",
  "privilege_escalation",
  "prompt_injection.indirect",
  "secret_leak",
  "prompt_injection.direct",
];

/**
 * Groups the findings of one service and environment into incidents, the gravest first. A
 * finding belongs to the first lead with which it shares at least half of its sessions or
 * traces (or the lead its own half), if both began within 24 hours. Members are compared with the lead
 * only, so that a chain of small overlaps joins nothing; the order of the input does not matter.
 */
export function groupIncidents<Member extends IncidentFinding>(
  findings: readonly Member[],
  containment: Containment,
): Incident<Member>[] {
  const incidents: [Member, ...Member[]][] = [];
  for (const finding of findings.toSorted(byLead)) {
    const incident = incidents.find(([lead]) => isPartOf(finding, lead, containment));
    if (incident === undefined) {
      incidents.push([finding]);
    } else {
      incident.push(finding);
    }
  }
  return incidents;
}

function isPartOf(finding: IncidentFinding, lead: IncidentFinding, containment: Containment) {
  return (
    Math.abs(finding.onsetUnixMs - lead.onsetUnixMs) <= maxOnsetGapMs &&
    containment(finding.fingerprint, lead.fingerprint) >= minContainment
  );
}

/** Highest severity, then a harm that was done, then nearest to the harm, then the oldest. */
function byLead(a: IncidentFinding, b: IncidentFinding): number {
  return (
    severities.indexOf(b.severity) - severities.indexOf(a.severity) ||
    Number(b.hasSucceeded) - Number(a.hasSucceeded) ||
    distanceToHarm(a) - distanceToHarm(b) ||
    a.onsetUnixMs - b.onsetUnixMs ||
    (a.id < b.id ? -1 : 1)
  );
}

function distanceToHarm({ type }: IncidentFinding): number {
  const at = nearestToHarm.indexOf(type);
  return at < 0 ? nearestToHarm.length : at;
}
