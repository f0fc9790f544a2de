import type { ChangeDetails, ChangeKind, DeploymentStatus } from "../../core/model/change.ts";
import { RejectedChange } from "./rejected-change.ts";

interface Meaning {
  readonly kind: ChangeKind;
  readonly status: DeploymentStatus | "";
  readonly details: ChangeDetails;
}

export interface CdeventMapping extends Meaning {
  /** Such as `service`. */
  readonly subject: string;
}

function deployment(status: DeploymentStatus, details: ChangeDetails = {}): Meaning {
  return { kind: "deployment", status, details };
}

function other(kind: ChangeKind, details: ChangeDetails = {}): Meaning {
  return { kind, status: "", details };
}

/**
 * CDEvents that say what changed, by `<subject>.<predicate>`, in versions 0.1 to 0.6: what is
 * read of them has the same name in all.
 *
 * @see https://github.com/cdevents/spec
 */
export const cdeventTypes: Readonly<Record<string, Meaning>> = {
  "service.deployed": deployment("succeeded"),
  "service.upgraded": deployment("succeeded"),
  "service.published": deployment("succeeded"),
  "service.rolledback": deployment("rolled_back"),
  "service.removed": deployment("succeeded", { removed: true }),
  "environment.created": other("config", { environment: "created" }),
  "environment.modified": other("config", { environment: "modified" }),
  "environment.deleted": other("config", { environment: "deleted" }),
  "artifact.packaged": other("artifact"),
  "artifact.published": other("artifact"),
  "artifact.signed": other("artifact", { signed: true }),
  "change.created": other("pull_request", { state: "open" }),
  "change.updated": other("pull_request", { state: "open" }),
  "change.reviewed": other("pull_request", { state: "open", reviewed: true }),
  "change.merged": other("pull_request", { state: "merged" }),
  "change.abandoned": other("pull_request", { state: "closed" }),
};

/** Subjects of which no event says that the system changed; they are taken and not stored. */
const otherSubjects: ReadonlySet<string> = new Set([
  "approval",
  "artifact",
  "branch",
  "build",
  "incident",
  "pipelinerun",
  "repository",
  "taskrun",
  "testcase",
  "testcaserun",
  "testoutput",
  "testsuite",
  "testsuiterun",
  "ticket",
]);

/**
 * What a type such as `dev.cdevents.service.deployed.0.3.0` means; `null` for one that says
 * nothing about a change.
 *
 * @throws RejectedChange for a type that no version of CDEvents has.
 */
export function cdeventMapping(type: string): CdeventMapping | null {
  const [, subject = "", predicate = ""] =
    /^dev\.cdevents\.([a-z]+)\.([a-z]+)\.\d/.exec(type) ?? [];
  const name = `${subject}.${predicate}`;
  const meaning = Object.hasOwn(cdeventTypes, name) ? cdeventTypes[name] : undefined;
  if (meaning === undefined && !otherSubjects.has(subject)) {
    throw new RejectedChange(
      "unsupported_type",
      `type: expected dev.cdevents.{${Object.keys(cdeventTypes).join(",")}}, got another`,
    );
  }
  return meaning === undefined ? null : { ...meaning, subject };
}
