import { readFinding } from "../../core/findings/read-findings.ts";
import type { Finding } from "../../core/model/finding.ts";
import type { ProposalState } from "../../core/model/proposal.ts";
import { ForgeError } from "../forge/forge.ts";
import { proposalPage } from "../forge/proposal-page.ts";
import { statusAt } from "../proposals/finding-status.ts";
import { telltaleActor } from "../proposals/proposal-commands.ts";
import type { ProposalRecord } from "../proposals/proposal-state.ts";
import { changesOf } from "./draft-proposals.ts";
import {
  type FeedbackContext,
  forEachAlone,
  repositoryById,
  repositoryOf,
} from "./feedback-context.ts";
import { filingHold } from "./filing-hold.ts";

/** States in which a proposal still waits for a decision or a merge. */
const pendingStates: ReadonlySet<ProposalState> = new Set(["drafted", "filed", "approved"]);

/** Files every draft that nothing holds back; a new reason to hold one is written down. */
export async function fileProposals(context: FeedbackContext): Promise<void> {
  const pending = context.ledger
    .proposals()
    .filter(({ proposal }) => pendingStates.has(proposal.state));
  await forEachAlone(context, pending, (record) => withdrawMoot(context, record));
  const drafts = context.ledger.proposals().filter(({ proposal }) => proposal.state === "drafted");
  await forEachAlone(context, drafts, (record) => considerDraft(context, record));
}

/** A person has said that there is nothing to fix, or the finding of a mere draft is over. */
async function withdrawMoot(context: FeedbackContext, record: ProposalRecord): Promise<void> {
  const { tenant, id, findings, state } = record.proposal;
  const found = context.ledger.findingStatus(tenant, findings[0] ?? "");
  const status = statusAt(found, context.clock.now());
  const isOver = status === "resolved" && state === "drafted";
  if (status === "false_positive" || isOver) {
    const reason = isOver ? "The finding is resolved." : "The finding is a false positive.";
    await context.record(tenant, id, { type: "withdrawn", actor: telltaleActor, data: { reason } });
  }
}

async function considerDraft(context: FeedbackContext, record: ProposalRecord): Promise<void> {
  const { config, ledger, clock, reads } = context;
  const { tenant, id, target, findings } = record.proposal;
  const findingId = findings[0] ?? "";
  const status = statusAt(ledger.findingStatus(tenant, findingId), clock.now());
  const repository = repositoryById(config.repositories, target.repository) ?? null;
  if (repository === null && repositoryOf(config.repositories, record.service) !== null) {
    const data = { by: "a new draft against the repository that is configured now" };
    await context.record(tenant, id, { type: "superseded", actor: telltaleActor, data });
    return;
  }
  const isStatic = record.draftHold !== "" || repository === null || !config.enabled;
  if ((isStatic && record.hold !== "") || status === "muted") {
    return;
  }
  const finding = await readFinding(reads, tenant, findingId);
  if (finding === null) {
    return;
  }
  const hold = filingHold(context, { repository, draftHold: record.draftHold, finding });
  if (hold === "" && repository !== null) {
    await file(context, record, finding);
  } else if (hold !== record.hold) {
    await holdDraft(context, { record, finding, hold });
  }
}

interface HeldDraft {
  readonly record: ProposalRecord;
  readonly finding: Finding;
  readonly hold: string;
}

async function holdDraft(context: FeedbackContext, { record, finding, hold }: HeldDraft) {
  const { tenant, id } = record.proposal;
  const body = pageOf(context, { record, finding, hold });
  const data = { reason: hold, body };
  await context.record(tenant, id, { type: "held", actor: telltaleActor, data });
}

async function file(context: FeedbackContext, record: ProposalRecord, finding: Finding) {
  const { config, forge, clock } = context;
  const { tenant, id, target, surface, title } = record.proposal;
  const repository = repositoryById(config.repositories, target.repository);
  if (repository === undefined) {
    return;
  }
  const body = pageOf(context, { record, finding, hold: "" });
  try {
    const filed = await forge.file(repository, {
      proposalId: id,
      fingerprint: record.fingerprint,
      surface: surface.replace("_", "-"),
      title,
      page: body,
      edits: record.files,
      timeUnixMs: clock.now(),
    });
    const data = { ...filed, body, changes: changesOf(finding) };
    await context.record(tenant, id, { type: "filed", actor: telltaleActor, data });
  } catch (error) {
    if (!(error instanceof ForgeError)) {
      throw error;
    }
    await refused(context, { record, finding, hold: error.message }, error);
  }
}

/** A target that has changed asks for a new draft; anything else is held with its reason. */
async function refused(context: FeedbackContext, held: HeldDraft, error: ForgeError) {
  const { tenant, id } = held.record.proposal;
  if (error.code === "TARGET_CHANGED") {
    const data = { by: "a new draft against the changed file" };
    await context.record(tenant, id, { type: "superseded", actor: telltaleActor, data });
  } else if (held.hold !== held.record.hold) {
    await holdDraft(context, held);
  }
}

function pageOf({ config }: FeedbackContext, { record, finding, hold }: HeldDraft): string {
  const { id, title, surface, backtest } = record.proposal;
  const { summary } = record;
  const { maxDays } = config.verification;
  return proposalPage({
    proposalId: id,
    title,
    summary,
    surface,
    finding,
    backtest,
    hold,
    maxDays,
  });
}
