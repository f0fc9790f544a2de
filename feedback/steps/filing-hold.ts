import type { Repository } from "../../core/config/config.ts";
import type { Finding } from "../../core/model/finding.ts";
import { confidenceHold } from "../gate.ts";
import { type FeedbackContext } from "./feedback-context.ts";

export interface HoldInput {
  readonly repository: Repository | null;
  readonly draftHold: string;
  readonly finding: Pick<Finding, "attribution" | "backfilled">;
}

/** Why a draft is not to be filed now, in words, or empty. */
export function filingHold(
  { config, ledger }: Pick<FeedbackContext, "config" | "ledger">,
  { repository, draftHold, finding }: HoldInput,
): string {
  if (draftHold !== "") {
    return draftHold;
  }
  if (repository === null) {
    return "No repository is configured for this service.";
  }
  if (!config.enabled) {
    return "Filing is switched off.";
  }
  const lowConfidence = confidenceHold(finding, config.minConfidence);
  if (lowConfidence !== "") {
    return lowConfidence;
  }
  if (finding.backfilled && !config.fileBackfilled) {
    return "The finding began more than 48 h before its data arrived; such proposals are not filed.";
  }
  const undecided = ledger
    .proposals()
    .filter(({ proposal }) => proposal.state === "filed")
    .filter(({ proposal }) => proposal.target.repository === repository.id).length;
  return undecided >= config.maxOpenProposals
    ? `${undecided} proposals for this repository wait for a decision already.`
    : "";
}
