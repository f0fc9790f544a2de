import { findDeployment } from "../deployment.ts";
import { telltaleActor } from "../proposals/proposal-commands.ts";
import type { ProposalRecord } from "../proposals/proposal-state.ts";
import { type FeedbackContext, forEachAlone, repositoryById } from "./feedback-context.ts";

/** Deployments older than raw data cannot be verified any more. */
const maxAgeMs = 35 * 86_400_000;

/** Waits for the deployment that carries a merge, and starts the verification there. */
export async function followDeployments(context: FeedbackContext): Promise<void> {
  await forEachAlone(context, context.ledger.proposals(), async (record) => {
    if (record.proposal.state === "merged") {
      await deploy(context, record);
    } else if (record.proposal.state === "deployed") {
      await startVerification(context, record);
    }
  });
}

async function deploy(context: FeedbackContext, record: ProposalRecord): Promise<void> {
  const { config, forge, reads, clock } = context;
  const { tenant, id, target } = record.proposal;
  const repository = repositoryById(config.repositories, target.repository);
  if (repository === undefined) {
    return;
  }
  const { mergeRevision, files: edits, service, environment } = record;
  const query = { tenant, service, environment, fromUnixMs: clock.now() - maxAgeMs };
  const deployment = await findDeployment(reads, query, (revision) =>
    forge.contains(repository, { mergeRevision, revision, edits }),
  );
  if (deployment === undefined) {
    return;
  }
  const { changeId, revision, startedUnixMs, completedUnixMs: timeUnixMs } = deployment;
  const data = { changeId, revision, startedUnixMs, timeUnixMs };
  await context.record(tenant, id, { type: "deployed", actor: telltaleActor, data });
  await startVerification(context, record);
}

async function startVerification(context: FeedbackContext, { proposal }: ProposalRecord) {
  const { tenant, id } = proposal;
  await context.record(tenant, id, { type: "verifying", actor: telltaleActor, data: {} });
}
