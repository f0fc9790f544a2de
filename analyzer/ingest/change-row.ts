import type { Change } from "../../core/model/change.ts";

/** The change's columns in `changes`; times as ticks (milliseconds), `Revision` orders statements. */
export function changeRow(
  change: Change,
  batch: { readonly id: string; readonly receivedAtUnixMs: number; readonly revision: number },
): object {
  return {
    Tenant: change.tenant,
    ChangeId: change.changeId,
    Kind: change.kind,
    Time: Math.trunc(change.timeUnixMs),
    Service: change.service,
    Environment: change.environment,
    Name: change.name,
    Version: change.version,
    Repository: change.repository,
    CommitRevision: change.revision,
    Parents: change.parents,
    Author: change.author,
    Message: change.message,
    Files: change.files,
    PullRequest: change.pullRequest,
    SessionAgent: change.session?.agent ?? "",
    SessionId: change.session?.id ?? "",
    SessionModel: change.session?.model ?? "",
    Prompt: change.prompt,
    Intent: change.intent,
    StartedAt: change.startedAtUnixMs,
    CompletedAt: change.completedAtUnixMs,
    Status: change.status,
    Source: change.source,
    Artifacts: change.artifacts,
    Details: Object.keys(change.details).length === 0 ? "" : JSON.stringify(change.details),
    BatchId: batch.id,
    ReceivedAt: Math.trunc(batch.receivedAtUnixMs),
    Revision: batch.revision,
  };
}
