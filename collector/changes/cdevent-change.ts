import type { Change, ChangeKind, DeploymentStatus } from "../../core/model/change.ts";
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

interface Mapping {
  readonly kind: ChangeKind;
  readonly status: DeploymentStatus | "";
}

/** CDEvents that say what changed, by `<subject>.<predicate>`; versions may differ. */
export const cdeventTypes: Readonly<Record<string, Mapping>> = {
  "service.deployed": { kind: "deployment", status: "succeeded" },
  "service.upgraded": { kind: "deployment", status: "succeeded" },
  "service.published": { kind: "deployment", status: "succeeded" },
  "service.rolledback": { kind: "deployment", status: "rolled_back" },
  "change.created": { kind: "pull_request", status: "" },
  "change.merged": { kind: "pull_request", status: "" },
};

/**
 * Reads a CDEvent carried by a CloudEvent. The schema has no field for a revision, a service
 * name other than the subject, a repository of a service, or words; those come from
 * `customData` under the names of the native form. A deployment's version and revision are
 * also read from the purl in `artifactId`.
 *
 * @throws RejectedChange with the reason.
 */
export function readCdeventChange(event: CloudEvent, tenant: string): Change {
  const { kind, status } = mappingOf(event.type);
  const context = readObject(event.data, "context") ?? {};
  const subject = readObject(event.data, "subject") ?? {};
  const content = readObject(subject, "content") ?? {};
  const custom = isFields(event.data["customData"]) ? event.data["customData"] : {};
  const subjectId = readId(subject, "id", limits.repository);
  const artifact = readPurl(readText(content, "artifactId", limits.repository));
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
      readId(custom, "environment", limits.environment),
    name: readText(custom, "name", limits.name),
    version: readText(custom, "version", limits.version) || artifact.version,
    repository: readId(custom, "repository", limits.repository) || repositoryOf(content),
    revision: revisionOf(custom) || artifact.revision || revisionInSubject(subjectId),
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
    details: readObject(custom, "details") ?? {},
  };
}

function mappingOf(type: string): Mapping {
  const name = /^dev\.cdevents\.([a-z]+\.[a-z]+)\.\d/.exec(type)?.[1];
  const mapping =
    name !== undefined && Object.hasOwn(cdeventTypes, name) ? cdeventTypes[name] : undefined;
  if (mapping === undefined) {
    throw new RejectedChange(
      "unsupported_type",
      `type: expected dev.cdevents.{${Object.keys(cdeventTypes).join(",")}}, got another`,
    );
  }
  return mapping;
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

function revisionInSubject(subjectId: string): string {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(subjectId) ? subjectId.toLowerCase() : "";
}
