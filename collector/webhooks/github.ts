import type { DeploymentStatus } from "../../core/model/change.ts";
import { cutText } from "../git/cut-visibly.ts";
import { commitStatement } from "./commit-statement.ts";
import { deploymentStatement, releaseStatements } from "./deployment-statement.ts";
import { firstOf, itemsAt, revisionAt, textAt, timeAt, valueAt } from "./payload.ts";
import {
  type PullRequestFacts,
  pullRequestStatements,
  type ReviewFacts,
} from "./pull-request-statement.ts";
import { isHmacHex } from "./signatures.ts";
import { type EventReader, headerOf, type WebhookForge } from "./webhook-forge.ts";

/**
 * GitHub: `X-Hub-Signature-256` over the raw body. The signature covers neither the name of the
 * event nor the id of the delivery, so a reader never trusts the name alone.
 *
 * @see https://docs.github.com/en/webhooks/webhook-events-and-payloads
 */
export const github: WebhookForge = {
  name: "github",
  signatureHeaders: ["x-hub-signature-256"],
  verify: ({ headers, body }, secret) =>
    isHmacHex(body, secret, headerOf(headers, "x-hub-signature-256").replace(/^sha256=/, "")),
  eventOf: (headers) => headerOf(headers, "x-github-event"),
  repositoryOf: (payload) => ({
    fullName: textAt(payload, "repository", "full_name"),
    url: textAt(payload, "repository", "html_url"),
  }),
  events: {
    push: (payload, { repository }) =>
      itemsAt(payload, "commits").map((commit) => commitStatement(commit, repository.url)),
    pull_request: (payload, { repository }) =>
      requestActions.has(textAt(payload, "action"))
        ? pullRequestStatements(requestFacts(payload), repository.url, null)
        : [],
    pull_request_review: readReview,
    deployment: (payload, context) => readDeployment(payload, "created", context),
    deployment_status: (payload, context) =>
      readDeployment(payload, textAt(payload, "deployment_status", "state"), context),
    release: readRelease,
    workflow_run: readWorkflowRun,
  },
};

/** The actions that alter what is known about a request; labels and assignments do not. */
export const requestActions: ReadonlySet<string> = new Set([
  "opened",
  "edited",
  "reopened",
  "synchronize",
  "synchronized",
  "closed",
  "ready_for_review",
  "converted_to_draft",
]);

/** Facts of a payload's `pull_request`, which Gitea writes like GitHub. */
export function requestFacts(payload: unknown): PullRequestFacts {
  const request = valueAt(payload, "pull_request");
  const mergedAt = timeAt(request, "merged_at");
  return {
    url: textAt(request, "html_url"),
    number: firstOf(textAt(request, "number"), textAt(payload, "number")),
    title: textAt(request, "title"),
    body: textAt(request, "body"),
    author: textAt(request, "user", "login"),
    state: stateOf(request, mergedAt),
    time: firstOf(timeAt(request, "updated_at"), mergedAt, timeAt(request, "created_at")),
    headRef: textAt(request, "head", "ref"),
    headRevision: revisionAt(request, "head", "sha"),
    baseRef: textAt(request, "base", "ref"),
    // Before the merge this names a trial merge, which never becomes part of the branch.
    mergeRevision: mergedAt === "" ? "" : revisionAt(request, "merge_commit_sha"),
    mergedBy: textAt(request, "merged_by", "login"),
  };
}

function stateOf(request: unknown, mergedAt: string): PullRequestFacts["state"] {
  if (mergedAt !== "" || valueAt(request, "merged") === true) {
    return "merged";
  }
  if (textAt(request, "state") === "closed") {
    return "closed";
  }
  return valueAt(request, "draft") === true ? "draft" : "open";
}

const reviewStates: Readonly<Record<string, ReviewFacts["state"]>> = {
  approved: "approved",
  changes_requested: "changes_requested",
  commented: "commented",
  dismissed: "dismissed",
};

function readReview(payload: unknown, { repository }: { repository: { url: string } }) {
  const name = textAt(payload, "review", "state").toLowerCase();
  const state = Object.hasOwn(reviewStates, name) ? reviewStates[name] : undefined;
  if (state === undefined) {
    return [];
  }
  const facts = requestFacts(payload);
  const time = firstOf(timeAt(payload, "review", "submitted_at"), facts.time);
  const review = {
    reviewer: textAt(payload, "review", "user", "login"),
    state,
    time,
    revision: revisionAt(payload, "review", "commit_id"),
  };
  return pullRequestStatements({ ...facts, time }, repository.url, review);
}

/** `inactive` only says that a later deployment took over. */
const deploymentStates: Readonly<Record<string, DeploymentStatus>> = {
  created: "started",
  queued: "started",
  pending: "started",
  waiting: "started",
  in_progress: "started",
  success: "succeeded",
  failure: "failed",
  error: "failed",
};

function readDeployment(
  payload: unknown,
  state: string,
  context: Parameters<EventReader>[1],
): ReturnType<EventReader> {
  const status = Object.hasOwn(deploymentStates, state) ? deploymentStates[state] : undefined;
  const deployment = valueAt(payload, "deployment");
  const id = textAt(deployment, "id");
  if (status === undefined || id === "") {
    return [];
  }
  const startedAt = timeAt(deployment, "created_at");
  return [
    deploymentStatement(
      {
        id: `${context.repository.url}/deployments/${id}`,
        time: firstOf(timeAt(payload, "deployment_status", "created_at"), startedAt),
        startedAt,
        status,
        service: textAt(deployment, "payload", "service"),
        environment: firstOf(
          textAt(payload, "deployment_status", "environment"),
          textAt(deployment, "environment"),
        ),
        revision: revisionAt(deployment, "sha"),
        ref: textAt(deployment, "ref"),
        author: textAt(deployment, "creator", "login"),
        message: textAt(deployment, "description"),
        details: {
          task: textAt(deployment, "task").slice(0, 256),
          production: valueAt(deployment, "production_environment") === true,
          url: textAt(payload, "deployment_status", "target_url").slice(0, 2048),
        },
      },
      context,
    ),
  ];
}

function readRelease(
  payload: unknown,
  context: Parameters<EventReader>[1],
): ReturnType<EventReader> {
  const release = valueAt(payload, "release");
  const isPublished = textAt(payload, "action") === "published";
  if (!isPublished || valueAt(release, "draft") === true) {
    return [];
  }
  return releaseStatements(
    {
      id: textAt(release, "html_url"),
      tag: textAt(release, "tag_name"),
      time: firstOf(timeAt(release, "published_at"), timeAt(release, "created_at")),
      title: textAt(release, "name"),
      notes: cutText(textAt(release, "body")),
      author: textAt(release, "author", "login"),
      // Mostly a branch; then only the tag tells what was released.
      revision: revisionAt(release, "target_commitish"),
      details: { prerelease: valueAt(release, "prerelease") === true },
    },
    context,
  );
}

/** The commit a finished run was about, with how the run ended. */
function readWorkflowRun(
  payload: unknown,
  { repository }: Parameters<EventReader>[1],
): ReturnType<EventReader> {
  const run = valueAt(payload, "workflow_run");
  const revision = revisionAt(run, "head_sha");
  if (textAt(payload, "action") !== "completed" || revision === "") {
    return [];
  }
  const name = firstOf(textAt(run, "name"), textAt(payload, "workflow", "name"), "workflow");
  const details = {
    pipelines: {
      [name.slice(0, 256)]: {
        result: textAt(run, "conclusion").slice(0, 64),
        time: timeAt(run, "updated_at"),
        url: textAt(run, "html_url").slice(0, 2048),
      },
    },
  };
  const commit = commitStatement(valueAt(run, "head_commit"), repository.url);
  return [{ ...commit, revision, files: [], details }];
}
