import { isDeclined } from "../gate.ts";
import { isOpen, type ProposalRecord } from "../proposals/proposal-state.ts";
import { type FeedbackContext, repositoryOf } from "./feedback-context.ts";
import type { MadeDraft } from "./make-draft.ts";

/**
 * The proposal for the same file that covers a draft's edit and is open or has proved itself,
 * or that is the very same edit and was declined.
 */
export function sameEdit(
  { ledger, config, clock }: Pick<FeedbackContext, "ledger" | "config" | "clock">,
  { findings: { lead }, format, draft, sample }: MadeDraft,
): ProposalRecord | undefined {
  const repository = repositoryOf(config.repositories, lead.service);
  const path = format.path(repository);
  return ledger
    .proposals()
    .filter(({ proposal }) => proposal.tenant === lead.tenant)
    .filter(({ proposal }) => proposal.surface === format.surface)
    .filter(({ proposal: { target } }) => target.repository === (repository?.id ?? ""))
    .filter(({ proposal: { target } }) => target.path === path)
    .find((record) => {
      const { proposal, control } = record;
      return isOpen(proposal.state) || proposal.state === "effective"
        ? format.covers(control, draft, sample)
        : control !== "" && control === draft.control && isDeclined(record, clock.now());
    });
}
