import type { StoredEvent } from "../../core/commands/commands.ts";
import type { Proposal, ProposalState } from "../../core/model/proposal.ts";
import { FeedbackError } from "../feedback-error.ts";
import {
  type DraftData,
  type FileChange,
  isProposalEventType,
  type ProposalEventData,
  type ProposalEventType,
  proposalEventData,
  stateAfter,
} from "./proposal-event.ts";

/** A proposal as the API shows it, with what only the feedback part needs. */
export interface ProposalRecord {
  readonly proposal: Proposal;
  /** Version of its stream, the expected version of the next command. */
  readonly version: number;
  /** Position of its newest event in the whole log. */
  readonly position: number;
  /** Of the finding that leads. */
  readonly fingerprint: string;
  /** Of every finding that it answers or once answered. */
  readonly fingerprints: readonly string[];
  readonly findingType: string;
  readonly service: string;
  readonly environment: string;
  /** What is proposed, in one sentence. */
  readonly summary: string;
  /** What the edit adds, such as a rule or a threat's id, or empty. */
  readonly control: string;
  readonly files: readonly FileChange[];
  /** Why the draft itself must not be filed, in words, or empty. */
  readonly draftHold: string;
  /** Why it is not filed now, in words, or empty. */
  readonly hold: string;
  /** Drafter, requester and editors: none of them may approve. */
  readonly contributors: readonly string[];
  readonly branch: string;
  readonly commit: string;
  readonly mergeRevision: string;
  readonly deployment: ProposalEventData<"deployed"> | null;
  readonly closedBy: string;
  readonly closedAtUnixMs: number | null;
}

/** The states in which each event is allowed. A stream begins with `drafted`. */
const allowedIn = {
  drafted: [],
  edited: ["drafted", "filed"],
  held: ["drafted"],
  redrafted: ["drafted"],
  attached: ["drafted", "filed"],
  filed: ["drafted"],
  approved: ["filed"],
  rejected: ["drafted", "filed", "approved"],
  superseded: ["drafted", "filed"],
  withdrawn: ["drafted", "filed", "approved"],
  // A person who merges in git without approving here has decided all the same.
  merged: ["filed", "approved"],
  deployed: ["merged"],
  verifying: ["deployed"],
  measured: ["verifying"],
  effective: ["verifying"],
  ineffective: ["verifying"],
  harmful: ["verifying"],
  inconclusive: ["verifying"],
  regressed: ["effective"],
} as const satisfies Record<ProposalEventType, readonly ProposalState[]>;

/** States in which a proposal still asks for something, so that no second one is opened. */
const openStates: ReadonlySet<ProposalState> = new Set([
  "drafted",
  "filed",
  "approved",
  "merged",
  "deployed",
  "verifying",
]);

export function isOpen(state: ProposalState): boolean {
  return openStates.has(state);
}

/**
 * Says whether an event may happen to a proposal now.
 *
 * @throws FeedbackError PROPOSAL_WRONG_STATE (409), or APPROVER_IS_PROPOSER (403) when a person
 *   who drafted, requested or edited the proposal approves it.
 */
export function assertAllowed(
  record: ProposalRecord,
  type: ProposalEventType,
  actor: string,
): void {
  const allowed: readonly ProposalState[] = allowedIn[type];
  const { id, state } = record.proposal;
  if (!allowed.includes(state)) {
    const expected = allowed.length === 0 ? "no proposal yet" : allowed.join(" or ");
    throw new FeedbackError(
      "PROPOSAL_WRONG_STATE",
      `${type} expects the state ${expected}; proposal ${id} is ${state}.`,
    );
  }
  if (type === "approved" && record.contributors.includes(actor)) {
    throw new FeedbackError(
      "APPROVER_IS_PROPOSER",
      `${actor} proposed or edited proposal ${id}; another person must approve it.`,
    );
  }
}

/**
 * Applies one event of the log. Events written by a newer version, or that the table above
 * does not allow, leave the record as it is: the log is replayed as it stands.
 */
export function applyEvent(
  record: ProposalRecord | undefined,
  event: StoredEvent,
): ProposalRecord | undefined {
  const { type } = event;
  if (!isProposalEventType(type)) {
    return record;
  }
  if (type === "drafted") {
    return record ?? drafted(event, proposalEventData.drafted.parse(event.data));
  }
  if (record === undefined || !isAllowed(record, type)) {
    return record;
  }
  const state = stateAfter[type] ?? record.proposal.state;
  const next: ProposalRecord = {
    ...record,
    version: event.version,
    position: event.position,
    proposal: { ...record.proposal, state, updatedAt: rfc3339(event.timeUnixMs) },
  };
  return withData(next, type, event);
}

function isAllowed(record: ProposalRecord, type: ProposalEventType): boolean {
  const allowed: readonly ProposalState[] = allowedIn[type];
  return allowed.includes(record.proposal.state);
}

function withData(
  record: ProposalRecord,
  type: ProposalEventType,
  event: StoredEvent,
): ProposalRecord {
  switch (type) {
    case "edited":
      return withEdit(record, event);
    case "held": {
      const { reason, body } = proposalEventData.held.parse(event.data);
      return withProposal({ ...record, hold: reason }, { body });
    }
    case "redrafted":
      return withDraft(record, proposalEventData.redrafted.parse(event.data));
    case "attached":
      return withFindings(record, proposalEventData.attached.parse(event.data));
    case "filed": {
      const { branch, commit, ...shown } = proposalEventData.filed.parse(event.data);
      return withProposal({ ...record, branch, commit, hold: "" }, shown);
    }
    case "merged":
      return { ...record, mergeRevision: proposalEventData.merged.parse(event.data).revision };
    case "deployed":
      return { ...record, deployment: proposalEventData.deployed.parse(event.data) };
    case "measured":
    case "effective":
    case "ineffective":
    case "harmful":
    case "inconclusive":
    case "regressed":
      return withProposal(record, proposalEventData[type].parse(event.data));
    case "rejected":
    case "superseded":
    case "withdrawn":
      return { ...record, closedBy: event.actor, closedAtUnixMs: event.timeUnixMs };
    case "drafted":
    case "approved":
    case "verifying":
    default:
      return record;
  }
}

function withProposal(record: ProposalRecord, change: Partial<Proposal>): ProposalRecord {
  return { ...record, proposal: { ...record.proposal, ...change } };
}

function withEdit(record: ProposalRecord, event: StoredEvent): ProposalRecord {
  const { body } = proposalEventData.edited.parse(event.data);
  const contributors = [...new Set([...record.contributors, event.actor])];
  return withProposal({ ...record, contributors }, body === undefined ? {} : { body });
}

/** The same proposal with another edit; who contributed and what it ever answered stay. */
function withDraft(record: ProposalRecord, data: DraftData): ProposalRecord {
  const fingerprints = union(record.fingerprints, [data.fingerprint, ...data.fingerprints]);
  return withProposal({ ...record, ...draftFields(data), fingerprints }, shownFields(data));
}

function withFindings(
  record: ProposalRecord,
  { findings, backtest, body }: ProposalEventData<"attached">,
): ProposalRecord {
  const fingerprints = findings.map(({ fingerprint }) => fingerprint);
  const ids = findings.map(({ id }) => id);
  return withProposal(
    { ...record, fingerprints: union(record.fingerprints, fingerprints) },
    {
      findings: union(record.proposal.findings, ids),
      backtest,
      ...(body !== undefined && { body }),
    },
  );
}

function union(first: readonly string[], second: readonly string[]): string[] {
  return [...new Set([...first, ...second])];
}

function drafted(event: StoredEvent, data: DraftData): ProposalRecord {
  const { tenant, id } = parseProposalStream(event.stream) ?? { tenant: "", id: "" };
  const time = rfc3339(event.timeUnixMs);
  return {
    proposal: {
      id,
      tenant,
      ...shownFields(data),
      state: "drafted",
      forge: null,
      verification: null,
      createdAt: time,
      updatedAt: time,
    },
    version: event.version,
    position: event.position,
    ...draftFields(data),
    fingerprints: union([data.fingerprint], data.fingerprints),
    contributors: [event.actor, data.requestedBy].filter((name) => name !== ""),
    branch: "",
    commit: "",
    mergeRevision: "",
    deployment: null,
    closedBy: "",
    closedAtUnixMs: null,
  };
}

/** What of a draft the API shows. */
function shownFields(data: DraftData) {
  const { surface, target, enforcement, title, body, patch, findings, changes, backtest } = data;
  return { surface, target, enforcement, title, body, patch, findings, changes, backtest };
}

/** What of a draft only the feedback part needs. */
function draftFields(data: DraftData) {
  const { fingerprint, findingType, service, environment, summary, control } = data;
  const { files, draftHold, hold } = data;
  return {
    fingerprint,
    findingType,
    service,
    environment,
    summary,
    control,
    files,
    draftHold,
    hold,
  };
}

export function proposalStream(tenant: string, id: string): string {
  return `proposal/${tenant}/${id}`;
}

export function parseProposalStream(stream: string): { tenant: string; id: string } | undefined {
  const [kind, tenant, id, rest] = stream.split("/");
  const isProposal = kind === "proposal" && rest === undefined;
  return isProposal && tenant && id ? { tenant, id } : undefined;
}

function rfc3339(unixMs: number): string {
  return new Date(unixMs).toISOString();
}
