import type { Repository } from "../../core/config/config.ts";
import type { ProposalRecord } from "../proposals/proposal-state.ts";
import { type FeedbackContext, forEachAlone, repositoryById } from "./feedback-context.ts";

/** Who decided, when the decision was seen in git: a person, but git does not say reliably whom. */
export const gitActor = "git";

/** Notices merges and deleted branches of proposals that people decide on in git. */
export function createMergeStep(context: FeedbackContext): () => Promise<void> {
  const tokens = new Map<string, string>();

  return async () => {
    const waiting = context.ledger
      .proposals()
      .filter(({ proposal }) => proposal.state === "filed" || proposal.state === "approved");
    const byRepository = Map.groupBy(waiting, ({ proposal }) => proposal.target.repository);
    await forEachAlone(context, byRepository, async ([id, records]) => {
      const repository = repositoryById(context.config.repositories, id);
      if (repository !== undefined) {
        await followRepository(repository, records);
      }
    });
  };

  async function followRepository(repository: Repository, records: readonly ProposalRecord[]) {
    const branches = await context.forge.stateToken(repository);
    const waiting = records.map(({ proposal }) => proposal.id).join(",");
    const token = `${branches}\n${waiting}`;
    if (tokens.get(repository.id) === token) {
      return;
    }
    for (const record of records) {
      await followProposal(context, repository, record);
    }
    tokens.set(repository.id, token);
  }
}

async function followProposal(
  context: FeedbackContext,
  repository: Repository,
  record: ProposalRecord,
): Promise<void> {
  const { tenant, id } = record.proposal;
  const { branch, commit, files } = record;
  const fate = await context.forge.fate(repository, {
    proposalId: id,
    branch,
    commit,
    edits: files,
  });
  if (fate.status === "merged") {
    const data = { revision: fate.revision, how: fate.how };
    await context.record(tenant, id, { type: "merged", actor: gitActor, data });
  } else if (fate.status === "closed") {
    const data = { reason: "The branch was deleted without a merge." };
    await context.record(tenant, id, { type: "rejected", actor: gitActor, data });
  }
}
