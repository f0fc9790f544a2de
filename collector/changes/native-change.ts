import {
  type AgentSessionRef,
  type Change,
  type ChangeKind,
  changeKinds,
  type DeploymentStatus,
  deploymentStatuses,
} from "../../core/model/change.ts";
import { artifactsInDetails, readDetails } from "../supply/change-details.ts";
import { changeTextLimits as limits } from "./change-limits.ts";
import {
  checkDigest,
  checkRevision,
  type Fields,
  readId,
  readList,
  readObject,
  readRevision,
  readText,
  readTime,
} from "./read-fields.ts";
import { RejectedChange } from "./rejected-change.ts";

/**
 * Reads the native form of one change: what a person sends with `curl`. Unknown fields are
 * ignored.
 *
 * @throws RejectedChange with the reason.
 */
export function readNativeChange(fields: Fields, tenant: string): Change {
  const kind = readKind(fields);
  const revision = readRevision(fields, "revision");
  const timeUnixMs = readTime(fields, "time");
  if (timeUnixMs === null) {
    throw new RejectedChange("missing_time", "time: expected an RFC 3339 time, got none");
  }
  const details = readDetails(kind, fields);
  const startedAtUnixMs = readTime(fields, "startedAt");
  const completedAtUnixMs = readTime(fields, "completedAt");
  return {
    tenant,
    changeId: readChangeId(fields, kind, revision),
    kind,
    timeUnixMs,
    service: readId(fields, "service", limits.service),
    environment: readId(fields, "environment", limits.environment),
    name: readText(fields, "name", limits.name),
    version: readText(fields, "version", limits.version),
    repository: readId(fields, "repository", limits.repository),
    revision,
    parents: readList(fields, "parents", 64).map((parent) => checkRevision(parent, "parents")),
    author: readText(fields, "author", limits.author),
    message: readText(fields, "message", limits.message),
    files: readList(fields, "files", limits.file),
    pullRequest: readText(fields, "pullRequest", limits.pullRequest),
    session: readSession(fields),
    prompt: readText(fields, "prompt", limits.prompt),
    intent: readText(fields, "intent", limits.intent),
    startedAtUnixMs,
    completedAtUnixMs,
    status: kind === "deployment" ? readStatus(fields, startedAtUnixMs, completedAtUnixMs) : "",
    // A claim like everything else; `telltale changes import` makes it.
    source: readText(fields, "source", 1024) === "git" ? "git" : "native",
    artifacts: [
      ...new Set([
        ...readList(fields, "artifacts", limits.id).map(checkDigest),
        ...artifactsInDetails(kind, details),
      ]),
    ],
    details,
  };
}

function readKind(fields: Fields): ChangeKind {
  const text = readText(fields, "kind", 1024);
  const kind = changeKinds.find((known) => known === text);
  if (kind === undefined) {
    throw new RejectedChange(
      "unknown_kind",
      `kind: expected one of ${changeKinds.join(", ")}, got ${text === "" ? "none" : "another"}`,
    );
  }
  return kind;
}

function readChangeId(fields: Fields, kind: ChangeKind, revision: string): string {
  if (kind === "commit") {
    if (revision === "") {
      throw new RejectedChange(
        "missing_revision",
        "revision: expected the full id of the commit, got none",
      );
    }
    return revision;
  }
  const id = readId(fields, "id", limits.id);
  if (id === "") {
    throw new RejectedChange("missing_id", `id: expected the id of this ${kind}, got none`);
  }
  return id;
}

function readSession(fields: Fields): AgentSessionRef | null {
  const session = readObject(fields, "session");
  if (session === null) {
    return null;
  }
  const agent = readText(session, "agent", limits.sessionField);
  const id = readId(session, "id", limits.sessionField);
  const model = readText(session, "model", limits.sessionField);
  return agent === "" && id === "" && model === "" ? null : { agent, id, model };
}

/** Without a status, a deployment that has begun and not ended is `started`, else `succeeded`. */
function readStatus(
  fields: Fields,
  startedAtUnixMs: number | null,
  completedAtUnixMs: number | null,
): DeploymentStatus {
  const text = readText(fields, "status", 1024);
  if (text === "") {
    return startedAtUnixMs !== null && completedAtUnixMs === null ? "started" : "succeeded";
  }
  const status = deploymentStatuses.find((known) => known === text);
  if (status === undefined) {
    throw new RejectedChange(
      "bad_status",
      `status: expected one of ${deploymentStatuses.join(", ")}, got another`,
    );
  }
  return status;
}
