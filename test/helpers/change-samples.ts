const revision = "0123456789abcdef0123456789abcdef01234567";
const time = "2026-11-20T10:00:00Z";

/** A note as git-ai 3.0.0 writes it. */
export const gitAiNote = `src/tools.ts
  s_0123456789abcd::t_00112233445566 1-9,14
---
${JSON.stringify({
  schema_version: "authorship/3.0.0",
  sessions: {
    s_0123456789abcd: { agent_id: { tool: "claude-code", id: "c-1", model: "opus" } },
  },
  prompts: {},
  humans: {},
})}`;

export interface ChangeSample {
  readonly path: string;
  readonly type: string;
  readonly value: unknown;
}

const changes = (value: unknown, type = "application/json") => ({
  path: "/v1/changes",
  type,
  value,
});

const cloudEvent = {
  specversion: "1.0",
  id: "evt-1",
  source: "/ci/shop",
  type: "dev.cdevents.service.deployed.0.3.0",
  time,
  data: {
    context: { specversion: "0.5.1", id: "evt-1", source: "/ci/shop", timestamp: time },
    subject: {
      id: "service/shop-assistant",
      content: { environment: { id: "production" }, artifactId: "pkg:oci/shop?tag=1.8.0" },
    },
    customData: { revision, session: { agent: "claude-code", id: "s-1" } },
  },
};

/** Every form of change event and note, whole; what fuzzing starts from. */
export const changeSamples: readonly ChangeSample[] = [
  changes({
    kind: "deployment",
    id: "dep-42",
    time,
    startedAt: time,
    service: "shop-assistant",
    environment: "production",
    version: "1.8.0",
    revision,
    repository: "https://git.example/shop",
    details: { tier: { name: "gold" } },
  }),
  changes([
    {
      kind: "commit",
      revision,
      time,
      author: "Ada",
      files: ["src/agent/tools.ts"],
      parents: ["f".repeat(40)],
      message: "Add a tool\n\nClaude-Session: https://claude.ai/code/session_01",
      session: { agent: "claude-code", id: "s-1", model: "opus" },
      prompt: "Add a tool",
    },
    { kind: "dataset", id: "set-1", time, details: { profile: { rows: 1, columns: [] } } },
    { kind: "model", id: "m-1", time, name: "gpt", details: { provider: "openai" } },
  ]),
  changes(cloudEvent, "application/cloudevents+json"),
  changes([cloudEvent, { ...cloudEvent, id: "evt-2" }], "application/cloudevents-batch+json"),
  changes(
    {
      version: "0.1.0",
      id: "550e8400-e29b-41d4-a716-446655440000",
      timestamp: time,
      vcs: { type: "git", revision },
      tool: { name: "cursor", version: "2.4.0" },
      files: [
        {
          path: "src/parser.ts",
          conversations: [
            {
              url: "https://cursor.example/conversations/12345",
              contributor: { type: "ai", model_id: "anthropic/claude-opus-4-5" },
              ranges: [{ start_line: 42, end_line: 67 }],
              related: [{ type: "session", url: "https://cursor.example/sessions/67890" }],
            },
          ],
        },
      ],
    },
    "application/vnd.agent-trace.record+json",
  ),
  {
    path: "/worker/notes/upload",
    type: "application/json",
    value: { entries: [{ commit_sha: revision, content: gitAiNote }] },
  },
];

const project = {
  web_url: "https://gitlab.example/acme/shop",
  path_with_namespace: "acme/shop",
};
const commit = {
  id: revision,
  message: "Add a tool",
  timestamp: time,
  author: { name: "Ada", email: "ada@shop.example" },
  added: ["src/tools.ts"],
  modified: [],
  removed: [],
};

/** One payload of each event of GitLab that is read. */
export const gitlabSamples: readonly Readonly<Record<string, unknown>>[] = [
  { object_kind: "push", ref: "refs/heads/main", project, commits: [commit] },
  {
    object_kind: "merge_request",
    user: { username: "ada" },
    project,
    object_attributes: {
      action: "merge",
      state: "merged",
      iid: 7,
      title: "Add a tool",
      description: "",
      url: `${project.web_url}/-/merge_requests/7`,
      updated_at: time,
      merge_commit_sha: revision,
      last_commit: { id: revision },
    },
  },
  {
    object_kind: "deployment",
    status: "success",
    status_changed_at: "2026-11-20 10:00:00 +0000",
    deployment_id: 15,
    environment: "production",
    project,
    commit_url: `${project.web_url}/-/commit/${revision}`,
  },
  {
    object_kind: "release",
    action: "create",
    tag: "v1.8.0",
    released_at: time,
    url: `${project.web_url}/-/releases/v1.8.0`,
    project,
    commit,
  },
  {
    object_kind: "pipeline",
    object_attributes: { sha: revision, status: "success", url: "", finished_at: time },
    project,
    commit,
  },
];
