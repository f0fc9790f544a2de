import { proposalPage } from "../forge/proposal-page.ts";
import type { IncidentFindings } from "../incidents/read-incident-findings.ts";
import type { ProposalRecord } from "../proposals/proposal-state.ts";
import type { FeedbackContext } from "./feedback-context.ts";

/** The page of a proposal as it stands, with the findings as they are now. */
export function recordPage(
  { config }: Pick<FeedbackContext, "config">,
  { proposal, summary }: ProposalRecord,
  { findings, hold }: { readonly findings: IncidentFindings; readonly hold: string },
): string {
  const { id, title, surface, backtest } = proposal;
  return proposalPage({
    proposalId: id,
    title,
    summary,
    surface,
    finding: findings.lead,
    others: findings.others,
    backtest,
    hold,
    maxDays: config.verification.maxDays,
  });
}
