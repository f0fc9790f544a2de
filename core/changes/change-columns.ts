import type { Change, ChangeDetails, ChangeKind, DeploymentStatus } from "../model/change.ts";

/** Select list that `toChange` reads; times come as Unix milliseconds. */
export const changeColumns = `
  Tenant, ChangeId, Kind, toUnixTimestamp64Milli(Time) AS TimeMs, Service, Environment, Name,
  Version, Repository, CommitRevision, Parents, Author, Message, Files, PullRequest,
  SessionAgent, SessionId, SessionModel, Prompt, Intent,
  toUnixTimestamp64Milli(StartedAt) AS StartedMs,
  toUnixTimestamp64Milli(CompletedAt) AS CompletedMs, Status, Source,
  Artifacts, Details`;

export interface ChangeColumns {
  readonly Tenant: string;
  readonly ChangeId: string;
  readonly Kind: ChangeKind;
  readonly TimeMs: number;
  readonly Service: string;
  readonly Environment: string;
  readonly Name: string;
  readonly Version: string;
  readonly Repository: string;
  readonly CommitRevision: string;
  readonly Parents: readonly string[];
  readonly Author: string;
  readonly Message: string;
  readonly Files: readonly string[];
  readonly PullRequest: string;
  readonly SessionAgent: string;
  readonly SessionId: string;
  readonly SessionModel: string;
  readonly Prompt: string;
  readonly Intent: string;
  readonly StartedMs: number | null;
  readonly CompletedMs: number | null;
  readonly Status: DeploymentStatus | "";
  readonly Source: string;
  readonly Artifacts: readonly string[];
  /** A JSON object, or empty. */
  readonly Details: string;
}

/** A stored change from its row. */
export function toChange(row: ChangeColumns): Change {
  const hasSession = row.SessionAgent !== "" || row.SessionId !== "";
  return {
    tenant: row.Tenant,
    changeId: row.ChangeId,
    kind: row.Kind,
    timeUnixMs: row.TimeMs,
    service: row.Service,
    environment: row.Environment,
    name: row.Name,
    version: row.Version,
    repository: row.Repository,
    revision: row.CommitRevision,
    parents: row.Parents,
    author: row.Author,
    message: row.Message,
    files: row.Files,
    pullRequest: row.PullRequest,
    session: hasSession
      ? { agent: row.SessionAgent, id: row.SessionId, model: row.SessionModel }
      : null,
    prompt: row.Prompt,
    intent: row.Intent,
    startedAtUnixMs: row.StartedMs,
    completedAtUnixMs: row.CompletedMs,
    status: row.Status,
    source: row.Source,
    artifacts: row.Artifacts,
    details: row.Details === "" ? {} : (JSON.parse(row.Details) as ChangeDetails),
  };
}
