import type { Repository } from "../../core/config/config.ts";
import type { FindingStatus } from "../../core/model/finding.ts";
import type { ProposalState } from "../../core/model/proposal.ts";
import { ForgeError } from "../forge/forge.ts";
import {
  type IncidentFindings,
  readIncidentFindings,
} from "../incidents/read-incident-findings.ts";
import { statusAt } from "../proposals/finding-status.ts";
import { telltaleActor } from "../proposals/proposal-commands.ts";
import type { ProposalRecord } from "../proposals/proposal-state.ts";
import {
  type FeedbackContext,
  forEachAlone,
  repositoryById,
  repositoryOf,
} from "./feedback-context.ts";
import { filingHold } from "./filing-hold.ts";
import { changesOf, formatOf, makeDraft } from "./make-draft.ts";
import { recordPage } from "./record-page.ts";
import { redraft, replaceDraft } from "./redraft.ts";

/** States in which a proposal still waits for a decision or a merge. */
const pendingStates: ReadonlySet<ProposalState> = new Set(["drafted", "filed", "approved"]);

/** A draft that its own back-test holds back is made anew once its finding has grown so much. */
const growthToRedraft = 1.5;

/** Occurrences of the leading finding when a held draft was last looked at, by proposal. */
type LooksByProposal = Map<string, number>;

/** Files every draft that nothing holds back; a new reason to hold one is written down. */
export function createFileStep(context: FeedbackContext): () => Promise<void> {
  const looks: LooksByProposal = new Map();
  return () => fileProposals(context, looks);
}

async function fileProposals(context: FeedbackContext, looks: LooksByProposal): Promise<void> {
  const pending = context.ledger
    .proposals()
    .filter(({ proposal }) => pendingStates.has(proposal.state));
  await forEachAlone(context, pending, (record) => withdrawMoot(context, record));
  const drafts = context.ledger.proposals().filter(({ proposal }) => proposal.state === "drafted");
  await forEachAlone(context, drafts, (record) => considerDraft(context, looks, record));
}

/** People have said that there is nothing to fix, or every finding of a mere draft is over. */
async function withdrawMoot(context: FeedbackContext, record: ProposalRecord): Promise<void> {
  const { tenant, id, state } = record.proposal;
  const statuses = findingStatuses(context, record);
  const isFalse = statuses.every((status) => status === "false_positive");
  const isOver = statuses.every((status) => status === "false_positive" || status === "resolved");
  if (isFalse || (isOver && state === "drafted")) {
    const reason = isFalse ? "The finding is a false positive." : "The finding is resolved.";
    await context.record(tenant, id, { type: "withdrawn", actor: telltaleActor, data: { reason } });
  }
}

function findingStatuses(
  { ledger, clock }: FeedbackContext,
  { proposal: { tenant, findings } }: ProposalRecord,
): FindingStatus[] {
  return findings.map((id) => statusAt(ledger.findingStatus(tenant, id), clock.now()));
}

async function considerDraft(
  context: FeedbackContext,
  looks: LooksByProposal,
  record: ProposalRecord,
): Promise<void> {
  const { config, reads } = context;
  const { tenant, target } = record.proposal;
  const repository = repositoryById(config.repositories, target.repository) ?? null;
  if (repository === null && repositoryOf(config.repositories, record.service) !== null) {
    await redraft(context, record);
    return;
  }
  const isStatic = repository === null || !config.enabled;
  const isMuted = findingStatuses(context, record)[0] === "muted";
  if ((isStatic && record.hold !== "") || isMuted) {
    return;
  }
  const findings = await readIncidentFindings(reads, tenant, record.proposal.findings);
  if (findings === undefined) {
    return;
  }
  const { draftHold } = record;
  if (draftHold !== "" && hasGrown(looks, record, findings)) {
    await lookAgain(context, record, findings);
    return;
  }
  const hold = filingHold(context, { repository, draftHold, finding: findings.lead });
  if (hold === "" && repository !== null) {
    await file(context, record, { repository, findings });
  } else if (hold !== record.hold) {
    await holdDraft(context, record, { findings, hold });
  }
}

/** What was stored when a draft was made may have been a part of what followed. */
function hasGrown(
  looks: LooksByProposal,
  { proposal }: ProposalRecord,
  { lead: { occurrences } }: IncidentFindings,
): boolean {
  const key = `${proposal.tenant}/${proposal.id}`;
  const before = looks.get(key);
  const grown = before === undefined || occurrences >= before * growthToRedraft;
  if (grown) {
    looks.set(key, occurrences);
  }
  return grown;
}

/** A draft that is held all the same stays as it is. */
async function lookAgain(
  context: FeedbackContext,
  record: ProposalRecord,
  findings: IncidentFindings,
): Promise<void> {
  const format = formatOf(record.proposal.surface);
  if (format === undefined) {
    return;
  }
  const made = await makeDraft(context, findings, format);
  if (made.draft.hold === "") {
    await replaceDraft(context, record, made);
  }
}

interface Held {
  readonly findings: IncidentFindings;
  readonly hold: string;
}

async function holdDraft(context: FeedbackContext, record: ProposalRecord, held: Held) {
  const { tenant, id } = record.proposal;
  const data = { reason: held.hold, body: recordPage(context, record, held) };
  await context.record(tenant, id, { type: "held", actor: telltaleActor, data });
}

interface Fileable {
  readonly repository: Repository;
  readonly findings: IncidentFindings;
}

async function file(
  context: FeedbackContext,
  record: ProposalRecord,
  { repository, findings }: Fileable,
): Promise<void> {
  const { tenant, id, surface, title } = record.proposal;
  const body = recordPage(context, record, { findings, hold: "" });
  try {
    const filed = await context.forge.file(repository, {
      proposalId: id,
      fingerprint: record.fingerprint,
      surface: surface.replace("_", "-"),
      title,
      page: body,
      edits: record.files,
      timeUnixMs: context.clock.now(),
    });
    const data = { ...filed, body, changes: changesOf(findings.lead) };
    await context.record(tenant, id, { type: "filed", actor: telltaleActor, data });
  } catch (error) {
    if (!(error instanceof ForgeError)) {
      throw error;
    }
    await refused(context, record, { findings, error });
  }
}

/** A target that has changed gets a new edit of the same draft; else it is held with the reason. */
async function refused(
  context: FeedbackContext,
  record: ProposalRecord,
  { findings, error }: { readonly findings: IncidentFindings; readonly error: ForgeError },
): Promise<void> {
  if (error.code === "TARGET_CHANGED") {
    await redraft(context, record);
  } else if (error.message !== record.hold) {
    await holdDraft(context, record, { findings, hold: error.message });
  }
}
