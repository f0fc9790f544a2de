import type { DeploymentStatus } from "../../core/model/change.ts";
import { cutText } from "../git/cut-visibly.ts";
import { commitStatement, signatureOf } from "./commit-statement.ts";
import { deploymentStatement, releaseStatements } from "./deployment-statement.ts";
import { firstOf, itemsAt, revisionAt, textAt, timeAt, valueAt } from "./payload.ts";
import {
  type PullRequestFacts,
  pullRequestStatements,
  type ReviewFacts,
} from "./pull-request-statement.ts";
import { isSameText, isStandardWebhook } from "./signatures.ts";
import { type EventReader, headerOf, type WebhookForge } from "./webhook-forge.ts";

/**
 * GitLab: a secret token in `X-Gitlab-Token`, or, with a signing token (`whsec_…`), the headers
 * of Standard Webhooks, whose timestamp bounds how long a delivery can be replayed.
 *
 * @see https://docs.gitlab.com/user/project/integrations/webhook_events/
 */
export const gitlab: WebhookForge = {
  name: "gitlab",
  signatureHeaders: ["x-gitlab-token", "webhook-signature"],
  verify({ headers, body, nowUnixMs }, secret) {
    if (!secret.startsWith("whsec_")) {
      return isSameText(headerOf(headers, "x-gitlab-token"), secret);
    }
    const delivery = {
      id: headerOf(headers, "webhook-id"),
      timestamp: headerOf(headers, "webhook-timestamp"),
      signatures: headerOf(headers, "webhook-signature"),
      body,
    };
    return isStandardWebhook(delivery, secret, nowUnixMs);
  },
  // The header is not signed and names the same.
  eventOf: (_headers, payload) =>
    firstOf(textAt(payload, "object_kind"), textAt(payload, "event_name")),
  repositoryOf: (payload) => ({
    fullName: textAt(payload, "project", "path_with_namespace"),
    url: textAt(payload, "project", "web_url"),
  }),
  events: {
    push: (payload, { repository }) =>
      itemsAt(payload, "commits").map((commit) => commitStatement(commit, repository.url)),
    merge_request: readMergeRequest,
    deployment: readDeployment,
    release: readRelease,
    pipeline: readPipeline,
  },
};

const requestActions: ReadonlySet<string> = new Set([
  "open",
  "update",
  "reopen",
  "close",
  "merge",
  "mark_as_ready",
  "mark_as_draft",
]);

/** `approval` is one person's, `approved` the one that completes the rule. */
const reviewActions: Readonly<Record<string, ReviewFacts["state"]>> = {
  approved: "approved",
  approval: "approved",
  unapproved: "dismissed",
  unapproval: "dismissed",
};

function readMergeRequest(
  payload: unknown,
  { repository }: Parameters<EventReader>[1],
): ReturnType<EventReader> {
  const action = textAt(payload, "object_attributes", "action");
  const state = Object.hasOwn(reviewActions, action) ? reviewActions[action] : undefined;
  if (state === undefined && !requestActions.has(action)) {
    return [];
  }
  const facts = requestFacts(payload, action);
  const review =
    state === undefined
      ? null
      : {
          reviewer: textAt(payload, "user", "username"),
          state,
          time: facts.time,
          revision: facts.headRevision,
        };
  return pullRequestStatements(facts, repository.url, review);
}

function requestFacts(payload: unknown, action: string): PullRequestFacts {
  const request = valueAt(payload, "object_attributes");
  const actor = textAt(payload, "user", "username");
  return {
    url: textAt(request, "url"),
    number: textAt(request, "iid"),
    title: textAt(request, "title"),
    body: textAt(request, "description"),
    // The hook names who acted and gives the author only as a number.
    author: action === "open" ? actor : "",
    state: stateOf(request),
    time: firstOf(timeAt(request, "updated_at"), timeAt(request, "created_at")),
    headRef: textAt(request, "source_branch"),
    headRevision: revisionAt(request, "last_commit", "id"),
    baseRef: textAt(request, "target_branch"),
    mergeRevision: firstOf(
      revisionAt(request, "merge_commit_sha"),
      revisionAt(request, "squash_commit_sha"),
    ),
    mergedBy: action === "merge" ? actor : "",
  };
}

function stateOf(request: unknown): PullRequestFacts["state"] {
  const state = textAt(request, "state");
  if (state === "merged" || state === "closed") {
    return state;
  }
  const isDraft =
    valueAt(request, "draft") === true || valueAt(request, "work_in_progress") === true;
  return isDraft ? "draft" : "open";
}

const deploymentStates: Readonly<Record<string, DeploymentStatus>> = {
  created: "started",
  blocked: "started",
  running: "started",
  success: "succeeded",
  failed: "failed",
  canceled: "failed",
};

/** The hook has the short revision alone; the full one stands in the link to the commit. */
function readDeployment(
  payload: unknown,
  context: Parameters<EventReader>[1],
): ReturnType<EventReader> {
  const state = textAt(payload, "status");
  const status = Object.hasOwn(deploymentStates, state) ? deploymentStates[state] : undefined;
  const id = textAt(payload, "deployment_id");
  if (status === undefined || id === "") {
    return [];
  }
  const time = timeAt(payload, "status_changed_at");
  const link = textAt(payload, "commit_url");
  return [
    deploymentStatement(
      {
        id: `${context.repository.url}/-/deployments/${id}`,
        time,
        startedAt: status === "started" ? time : "",
        status,
        service: "",
        environment: textAt(payload, "environment"),
        revision: /\/([0-9a-f]{64}|[0-9a-f]{40})$/i.exec(link)?.[1]?.toLowerCase() ?? "",
        ref: textAt(payload, "ref"),
        author: textAt(payload, "user", "username"),
        message: textAt(payload, "commit_title"),
        details: {
          tier: textAt(payload, "environment_tier").slice(0, 64),
          url: textAt(payload, "deployable_url").slice(0, 2048),
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
  if (textAt(payload, "action") !== "create") {
    return [];
  }
  return releaseStatements(
    {
      id: textAt(payload, "url"),
      tag: textAt(payload, "tag"),
      time: firstOf(timeAt(payload, "released_at"), timeAt(payload, "created_at")),
      title: textAt(payload, "name"),
      notes: cutText(textAt(payload, "description")),
      author: signatureOf(
        textAt(payload, "commit", "author", "name"),
        textAt(payload, "commit", "author", "email"),
      ),
      revision: revisionAt(payload, "commit", "id"),
      details: {},
    },
    context,
  );
}

const finishedPipelines: ReadonlySet<string> = new Set(["success", "failed", "canceled"]);

/** The commit a finished pipeline was about, with how the pipeline ended. */
function readPipeline(
  payload: unknown,
  { repository }: Parameters<EventReader>[1],
): ReturnType<EventReader> {
  const pipeline = valueAt(payload, "object_attributes");
  const revision = revisionAt(pipeline, "sha");
  const result = textAt(pipeline, "status");
  if (revision === "" || !finishedPipelines.has(result)) {
    return [];
  }
  const name = firstOf(textAt(pipeline, "name"), "pipeline").slice(0, 256);
  const details = {
    pipelines: {
      [name]: {
        result,
        time: timeAt(pipeline, "finished_at"),
        url: textAt(pipeline, "url").slice(0, 2048),
      },
    },
  };
  const commit = commitStatement(valueAt(payload, "commit"), repository.url);
  return [{ ...commit, revision, files: [], details }];
}
