import type { Change, ChangeKind } from "../../core/model/change.ts";
import { readDetails } from "../supply/change-details.ts";
import { cdeventMapping } from "./cdevent-types.ts";
import { changeTextLimits as limits } from "./change-limits.ts";
import type { CloudEvent } from "./cloud-event.ts";
import {
  checkRevision,
  type Fields,
  isFields,
  readId,
  readObject,
  readText,
  readTime,
} from "./read-fields.ts";
import { readPurl } from "./read-purl.ts";
import { RejectedChange } from "./rejected-change.ts";

/**
 * Reads a CDEvent carried by a CloudEvent. The schema has no field for a revision, a service
 * name other than the subject, a repository of a service, or words; those come from
 * `customData` under the names of the native form. A deployment's version and revision are
 * also read from the purl in `artifactId`.
 *
 * @returns `null` for a CDEvent that says nothing about a change.
 * @throws RejectedChange with the reason.
 */
export function readCdeventChange(event: CloudEvent, tenant: string): Change | null {
  const mapping = cdeventMapping(event.type);
  if (mapping === null) {
    return null;
  }
  const { kind, status } = mapping;
  const context = readObject(event.data, "context") ?? {};
  const subject = readObject(event.data, "subject") ?? {};
  const content = readObject(subject, "content") ?? {};
  const custom = isFields(event.data["customData"]) ? event.data["customData"] : {};
  const subjectId = readId(subject, "id", limits.repository);
  const artifact = readPurl(
    kind === "artifact" ? subjectId : readText(content, "artifactId", limits.repository),
  );
  const session = readObject(custom, "session") ?? {};
  const agent = readText(session, "agent", limits.sessionField);
  const sessionId = readId(session, "id", limits.sessionField);
  return {
    tenant,
    changeId: event.id,
    kind,
    timeUnixMs: timeOf(event, context),
    service: readId(custom, "service", limits.service) || serviceOf(kind, subjectId),
    environment:
      readId(readObject(content, "environment") ?? {}, "id", limits.environment) ||
      (mapping.subject === "environment" ? subjectId.slice(0, limits.environment) : "") ||
      readId(custom, "environment", limits.environment),
    name: readText(custom, "name", limits.name) || readText(content, "name", limits.name),
    version: readText(custom, "version", limits.version) || artifact.version,
    repository: readId(custom, "repository", limits.repository) || repositoryOf(content),
    revision:
      revisionOf(custom) ||
      artifact.revision ||
      revisionIn(subjectId) ||
      revisionIn(readId(readObject(content, "change") ?? {}, "id", limits.repository)),
    parents: [],
    author: readText(custom, "author", limits.author),
    message: readText(custom, "message", limits.message),
    files: [],
    pullRequest:
      readText(custom, "pullRequest", limits.pullRequest) ||
      (kind === "pull_request" ? subjectId : ""),
    session:
      agent === "" && sessionId === ""
        ? null
        : { agent, id: sessionId, model: readText(session, "model", limits.sessionField) },
    prompt: readText(custom, "prompt", limits.prompt),
    intent: readText(custom, "intent", limits.intent),
    startedAtUnixMs: readTime(custom, "startedAt"),
    completedAtUnixMs: readTime(custom, "completedAt"),
    status,
    source: "cdevents",
    artifacts: artifact.digest === "" ? [] : [artifact.digest],
    details: { ...mapping.details, ...readDetails(kind, custom) },
  };
}

function timeOf(event: CloudEvent, context: Fields): number {
  const time = readTime({ time: event.time }, "time") ?? readTime(context, "timestamp");
  if (time === null) {
    throw new RejectedChange("missing_time", "time: expected the event's time, got none");
  }
  return time;
}

/** Subjects are often written as paths, such as `service/shop-assistant`. */
function serviceOf(kind: ChangeKind, subjectId: string): string {
  return kind === "deployment" ? (subjectId.split("/").at(-1) ?? "") : "";
}

function repositoryOf(content: Fields): string {
  const repository = readObject(content, "repository") ?? {};
  const id = readId(repository, "id", limits.repository);
  const source = readId(repository, "source", limits.repository);
  if (id === "" || id.includes("://") || !source.includes("://")) {
    return id;
  }
  return `${source.replace(/\/+$/, "")}/${id.replace(/^\/+/, "")}`;
}

function revisionOf(custom: Fields): string {
  const revision =
    readText(custom, "revision", 1024) ||
    readText(custom, "commit", 1024) ||
    readText(custom, "sha", 1024);
  return checkRevision(revision.trim(), "customData.revision");
}

function revisionIn(id: string): string {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(id) ? id.toLowerCase() : "";
}
