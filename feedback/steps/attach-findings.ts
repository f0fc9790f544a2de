import type { FindingItem } from "../../core/findings/read-findings.ts";
import { ForgeError } from "../forge/forge.ts";
import { readIncidentFindings } from "../incidents/read-incident-findings.ts";
import { telltaleActor } from "../proposals/proposal-commands.ts";
import type { ProposalRecord } from "../proposals/proposal-state.ts";
import { readCallSample } from "../read-call-sample.ts";
import { type FeedbackContext, repositoryById } from "./feedback-context.ts";
import { formatOf } from "./make-draft.ts";
import { recordPage } from "./record-page.ts";

/** States in which the edit is not decided yet, so that it may answer more findings. */
export function isAttachable({ proposal }: ProposalRecord): boolean {
  return proposal.state === "drafted" || proposal.state === "filed";
}

/**
 * Lets a proposal answer more findings: they are listed, the page tells of them and the back-test
 * covers their calls. The edit stays as it is, and so does a page that a person has written.
 */
export async function attachFindings(
  context: FeedbackContext,
  record: ProposalRecord,
  added: readonly Pick<FindingItem, "id" | "fingerprint">[],
): Promise<void> {
  const { proposal } = record;
  const ids = [...new Set([...proposal.findings, ...added.map(({ id }) => id)])];
  const findings = await readIncidentFindings(context.reads, proposal.tenant, ids);
  if (findings === undefined) {
    return;
  }
  const sample = await readCallSample(context.reads, [findings.lead, ...findings.others]);
  const backtest = formatOf(proposal.surface)?.backtest(record.control, sample) ?? null;
  const tested = { ...record, proposal: { ...proposal, backtest } };
  const body = isEdited(record)
    ? undefined
    : recordPage(context, tested, { findings, hold: record.hold });
  if (body !== undefined && proposal.state === "filed") {
    await updatePage(context, record, body);
  }
  const data = {
    findings: added.map(({ id, fingerprint }) => ({ id, fingerprint })),
    backtest,
    ...(body !== undefined && { body }),
  };
  await context.record(proposal.tenant, proposal.id, {
    type: "attached",
    actor: telltaleActor,
    data,
  });
}

/** Whether a person has had a hand in the proposal. */
export function isEdited({ contributors }: ProposalRecord): boolean {
  return contributors.some((name) => name !== telltaleActor);
}

/** The page in the forge follows; a forge that is away does not keep the ledger from knowing. */
async function updatePage(
  { config, forge, clock, logger }: FeedbackContext,
  { proposal: { id, target } }: ProposalRecord,
  page: string,
): Promise<void> {
  const repository = repositoryById(config.repositories, target.repository);
  if (repository === undefined) {
    return;
  }
  try {
    await forge.updatePage(repository, { proposalId: id, page, timeUnixMs: clock.now() });
  } catch (error) {
    if (!(error instanceof ForgeError)) {
      throw error;
    }
    logger.warn({ err: error, proposal: id }, "Page of a proposal could not be updated");
  }
}
