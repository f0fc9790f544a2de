import { readIncidentFindings } from "../incidents/read-incident-findings.ts";
import { telltaleActor } from "../proposals/proposal-commands.ts";
import type { ProposalRecord } from "../proposals/proposal-state.ts";
import type { FeedbackContext } from "./feedback-context.ts";
import { formatOf, type MadeDraft, makeDraft, toDraftData } from "./make-draft.ts";

/** Makes a draft anew against the files as they are now; its findings stay. */
export async function redraft(context: FeedbackContext, record: ProposalRecord): Promise<void> {
  const { tenant, findings: ids, surface } = record.proposal;
  const findings = await readIncidentFindings(context.reads, tenant, ids);
  const format = formatOf(surface);
  if (findings !== undefined && format !== undefined) {
    await replaceDraft(context, record, await makeDraft(context, findings, format));
  }
}

/** Puts another edit in a draft's place; one that is in the file by now needs no proposal. */
export async function replaceDraft(
  context: FeedbackContext,
  { proposal: { tenant, id } }: ProposalRecord,
  made: MadeDraft,
): Promise<void> {
  if (made.draft.isInPlace) {
    const data = { by: "the target file, which has the control by now" };
    await context.record(tenant, id, { type: "superseded", actor: telltaleActor, data });
    return;
  }
  const data = toDraftData(context, id, made);
  await context.record(tenant, id, { type: "redrafted", actor: telltaleActor, data });
}
