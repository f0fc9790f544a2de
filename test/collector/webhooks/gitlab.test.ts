import { gitlab } from "../../../collector/webhooks/gitlab.ts";
import { readDelivery } from "../../../collector/webhooks/read-delivery.ts";
import { eventContext } from "../../../collector/webhooks/webhook-secrets.ts";
import { Config } from "../../../core/config/config.ts";
import type { Change } from "../../../core/model/change.ts";

const config = Config.parse({ webhooks: { gitlab: [{ secret: "long-enough-secret" }] } });
const now = Date.parse("2026-11-20T12:00:00Z");
const sha = "1da9bb5b12f5ff8c7b5a1f4f9e0c9c0f1b9d8e7a";
const mergeSha = "9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c";
const project = {
  id: 15,
  name: "Shop Assistant",
  web_url: "https://gitlab.example/acme/shop-assistant",
  path_with_namespace: "acme/shop-assistant",
};

/** The changes of a payload, and that none of it was refused. */
function changesOf(payload: Record<string, unknown>): Change[] {
  const [secret] = config.webhooks.gitlab;
  if (secret === undefined) {
    throw new Error("the settings have a secret");
  }
  const context = eventContext(secret, gitlab.repositoryOf(payload), config);
  const event = gitlab.eventOf({}, payload);
  const read = readDelivery(
    { forge: gitlab, event, payload, context, tenant: "acme" },
    now,
    config,
  );
  expect(read.rejected).toEqual([]);
  return read.accepted.map(({ change }) => change);
}

const mergeRequest = (attributes: Record<string, unknown>) => ({
  object_kind: "merge_request",
  event_type: "merge_request",
  user: { id: 1, name: "Ada", username: "ada", email: "[REDACTED]" },
  project,
  object_attributes: {
    iid: 7,
    id: 99,
    title: "Add the refund tool",
    description: "Refs: ISSUE-9",
    source_branch: "refund",
    target_branch: "main",
    state: "opened",
    draft: false,
    created_at: "2026-11-19 17:23:34 UTC",
    updated_at: "2026-11-20T09:00:00Z",
    merge_commit_sha: null,
    url: "https://gitlab.example/acme/shop-assistant/-/merge_requests/7",
    last_commit: { id: sha, message: "Add the refund tool", timestamp: "2026-11-19T17:00:00Z" },
    ...attributes,
  },
});

it("reads the commits of a push", () => {
  const payload = {
    object_kind: "push",
    event_name: "push",
    before: "95790bf891e76fee5e1747ab589903a6a1f80f22",
    after: sha,
    ref: "refs/heads/main",
    checkout_sha: sha,
    user_username: "ada",
    project,
    commits: [
      {
        id: sha,
        message: "Add the refund tool\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n",
        title: "Add the refund tool",
        timestamp: "2026-11-20T10:27:31+02:00",
        url: `${project.web_url}/-/commit/${sha}`,
        author: { name: "Ada", email: "ada@shop.example" },
        added: ["src/refund.ts"],
        modified: ["src/agent.ts"],
        removed: [],
      },
    ],
    total_commits_count: 1,
  };
  expect(changesOf(payload)).toMatchObject([
    {
      kind: "commit",
      changeId: sha,
      timeUnixMs: Date.parse("2026-11-20T08:27:31Z"),
      repository: project.web_url,
      author: "Ada <ada@shop.example>",
      files: ["src/agent.ts", "src/refund.ts"],
      session: { agent: "claude-code", id: "" },
      source: "gitlab",
    },
  ]);
});

it("reads an opened merge request, its intent and its author", () => {
  expect(changesOf(mergeRequest({ action: "open" }))).toMatchObject([
    {
      kind: "pull_request",
      changeId: "https://gitlab.example/acme/shop-assistant/-/merge_requests/7",
      pullRequest: "7",
      name: "Add the refund tool",
      author: "ada",
      intent: "ISSUE-9",
      revision: sha,
      details: { state: "open", headRef: "refund", baseRef: "main", headRevision: sha },
    },
  ]);
});

it("ties a merged request to its merge commit", () => {
  const payload = mergeRequest({ action: "merge", state: "merged", merge_commit_sha: mergeSha });
  expect(changesOf(payload)).toMatchObject([
    { kind: "pull_request", revision: mergeSha, details: { state: "merged", mergedBy: "ada" } },
    { kind: "commit", changeId: mergeSha, pullRequest: "7" },
  ]);
});

it.each([
  ["approved", "approved"],
  ["approval", "approved"],
  ["unapproved", "dismissed"],
])("records %s as a review that is %s", (action, state) => {
  const [change] = changesOf(mergeRequest({ action }));
  expect(change?.details["reviews"]).toMatchObject({ ada: { state, revision: sha } });
});

const deployment = {
  object_kind: "deployment",
  status: "running",
  status_changed_at: "2026-11-20 11:50:00 +0200",
  deployment_id: 15,
  deployable_id: 796,
  deployable_url: `${project.web_url}/-/jobs/796`,
  environment: "production",
  environment_tier: "production",
  environment_external_url: "https://shop.example",
  project,
  short_sha: sha.slice(0, 8),
  user: { username: "ada" },
  user_url: "https://gitlab.example/ada",
  commit_url: `${project.web_url}/-/commit/${sha}`,
  commit_title: "Add the refund tool",
  ref: "1.8.0",
};

it("reads a deployment, its full revision from the link and its time", () => {
  expect(changesOf(deployment)).toMatchObject([
    {
      kind: "deployment",
      changeId: `${project.web_url}/-/deployments/15`,
      service: "shop-assistant",
      environment: "production",
      revision: sha,
      version: "1.8.0",
      status: "started",
      startedAtUnixMs: Date.parse("2026-11-20T09:50:00Z"),
      completedAtUnixMs: null,
      details: { tier: "production" },
    },
  ]);
});

it.each([
  ["success", "succeeded"],
  ["failed", "failed"],
  ["canceled", "failed"],
])("reads the deployment status %s as %s, ended", (status, expected) => {
  expect(changesOf({ ...deployment, status })).toMatchObject([
    {
      status: expected,
      startedAtUnixMs: null,
      completedAtUnixMs: Date.parse("2026-11-20T09:50:00Z"),
    },
  ]);
});

it("reads a release and how a pipeline ended", () => {
  const release = {
    object_kind: "release",
    action: "create",
    id: 1,
    name: "Refunds",
    tag: "v1.8.0",
    description: "The agent can refund.",
    created_at: "2026-11-20 09:00:00 UTC",
    released_at: "2026-11-20 10:00:00 UTC",
    url: `${project.web_url}/-/releases/v1.8.0`,
    project,
    commit: { id: sha, author: { name: "Ada", email: "ada@shop.example" } },
  };
  expect(changesOf(release)).toMatchObject([
    { kind: "deployment", version: "v1.8.0", revision: sha, details: { release: true } },
  ]);
  const pipeline = {
    object_kind: "pipeline",
    object_attributes: {
      id: 31,
      name: "Main",
      sha,
      ref: "main",
      status: "failed",
      finished_at: "2026-11-20 10:10:00 UTC",
      url: `${project.web_url}/-/pipelines/31`,
    },
    project,
    commit: { id: sha, message: "Add", timestamp: "2026-11-20T09:00:00Z", author: { name: "Ada" } },
  };
  expect(changesOf(pipeline)).toMatchObject([
    { changeId: sha, details: { pipelines: { Main: { result: "failed" } } } },
  ]);
});

it.each([
  ["a tag", { object_kind: "tag_push", project, commits: [] }],
  ["a push that deletes a branch", { object_kind: "push", project, commits: [] }],
  ["an assignment", mergeRequest({ action: "assign" })],
  [
    "a pipeline that runs",
    { object_kind: "pipeline", object_attributes: { sha, status: "running" } },
  ],
  ["a release that is edited", { object_kind: "release", action: "update", project }],
  ["a comment", { object_kind: "note", project }],
])("says nothing for %s", (_name, payload) => {
  expect(changesOf(payload)).toEqual([]);
});
