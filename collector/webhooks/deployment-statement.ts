import type { DeploymentStatus } from "../../core/model/change.ts";
import { changeTextLimits as limits } from "../changes/change-limits.ts";
import type { Fields } from "../changes/read-fields.ts";
import type { EventContext } from "./webhook-forge.ts";

export interface DeploymentFacts {
  readonly id: string;
  /** When the event happened, RFC 3339. */
  readonly time: string;
  readonly startedAt: string;
  readonly status: DeploymentStatus;
  readonly service: string;
  readonly environment: string;
  readonly revision: string;
  /** Branch, tag or revision that was deployed. */
  readonly ref: string;
  readonly author: string;
  readonly message: string;
  readonly details: Fields;
}

/** The change for a deployment; one that ended also says when. */
export function deploymentStatement(
  facts: DeploymentFacts,
  { repository, service }: EventContext,
): Fields {
  const { time, startedAt, status, ref } = facts;
  return {
    kind: "deployment",
    id: facts.id,
    time,
    startedAt,
    ...(status !== "started" && { completedAt: time }),
    status,
    service: (facts.service || service).slice(0, limits.service),
    environment: facts.environment.slice(0, limits.environment),
    repository: repository.url,
    revision: facts.revision,
    version: isVersion(ref) ? ref : "",
    author: facts.author.slice(0, limits.author),
    message: facts.message.slice(0, limits.name),
    details: facts.details,
  };
}

/** A tag that names a version, such as `v1.8.0`; branches and revisions name none. */
function isVersion(ref: string): boolean {
  return /^v?\d+(\.\d+){1,3}([-+.][0-9A-Za-z.+-]{1,64})?$/.test(ref);
}

export interface ReleaseFacts {
  readonly id: string;
  readonly tag: string;
  readonly time: string;
  readonly title: string;
  readonly notes: string;
  readonly author: string;
  readonly revision: string;
  readonly details: Fields;
}

/** A published release as a deployment, unless the settings say to ignore it. */
export function releaseStatements(facts: ReleaseFacts, context: EventContext): readonly Fields[] {
  if (context.releases === "ignore") {
    return [];
  }
  return [
    {
      kind: "deployment",
      id: facts.id,
      time: facts.time,
      status: "succeeded",
      service: context.service,
      environment: context.releaseEnvironment,
      repository: context.repository.url,
      revision: facts.revision,
      name: (facts.title || facts.tag).slice(0, limits.name),
      version: facts.tag.slice(0, limits.version),
      author: facts.author.slice(0, limits.author),
      message: facts.notes,
      details: { release: true, ...facts.details },
    },
  ];
}
