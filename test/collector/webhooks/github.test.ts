import { createRequire } from "node:module";
import type { Change } from "../../../core/model/change.ts";
import { ask } from "../../helpers/http-request.ts";
import { signWebhook, webhookSecrets } from "../../helpers/sign-webhook.ts";
import { startTestCollector, type TestCollector } from "../../helpers/test-collector.ts";

interface ExampleEvent {
  readonly name: string;
  readonly examples: readonly Record<string, unknown>[];
}

type Payload = Readonly<Record<string, Record<string, unknown> | undefined>>;

/** Real payloads, recorded by GitHub's own libraries. */
const recorded = createRequire(import.meta.url)(
  "@octokit/webhooks-examples/api.github.com/index.json",
) as readonly ExampleEvent[];

const repository = "https://github.com/Codertocat/Hello-World";

/** The recordings are years old; changes of that age must be in range. */
const settings = {
  store: { retention: { findingDays: 3650 } },
  webhooks: { github: [{ secret: webhookSecrets.github, tenant: "acme" }] },
};

describe("webhooks of GitHub", () => {
  let collector: TestCollector;
  beforeAll(async () => {
    collector = await startTestCollector({ settings });
  });
  afterAll(async () => collector.close());

  async function post(event: string, payload: unknown) {
    const body = JSON.stringify(payload);
    const headers = signWebhook("github", event, body);
    const answer = await ask(collector.port, { path: "/v1/webhooks/github", headers, body });
    return { status: answer.status, body: JSON.parse(answer.body.toString()) as object };
  }

  async function changes(): Promise<Change[]> {
    const records = await collector.queue.drain();
    return records.flatMap(({ body }) =>
      body.length === 0 ? [] : (JSON.parse(Buffer.from(body).toString()) as Change[]),
    );
  }

  function examplesOf(event: string): readonly Record<string, unknown>[] {
    return recorded.find(({ name }) => name === event)?.examples ?? [];
  }

  const handled = [
    "push",
    "pull_request",
    "pull_request_review",
    "deployment",
    "deployment_status",
    "release",
    "workflow_run",
  ];

  it.each(handled)("takes every recorded %s without refusing a change", async (event) => {
    const examples = examplesOf(event);
    expect(examples.length).toBeGreaterThan(3);
    for (const example of examples) {
      const { status, body } = await post(event, example);
      expect([status, body]).toEqual([
        202,
        expect.objectContaining({ accepted: expect.any(Number) }),
      ]);
      expect((body as { rejected?: unknown[] }).rejected ?? []).toEqual([]);
    }
    const announced = await changes();
    expect(announced.length).toBeGreaterThan(0);
    for (const change of announced) {
      expect(change).toMatchObject({ tenant: "acme", source: "github" });
    }
  });

  it("answers every other recorded event without an error and stores nothing", async () => {
    const others = recorded.filter(({ name }) => !handled.includes(name));
    expect(others.length).toBeGreaterThan(40);
    for (const { name, examples } of others) {
      for (const example of examples) {
        const { status, body } = await post(name, example);
        const expected = name === "ping" ? 200 : 202;
        expect([name, status]).toEqual([name, expected]);
        expect(body).toMatchObject({ accepted: 0, ignored: expect.stringMatching(`^${name}`) });
      }
    }
    expect(await changes()).toEqual([]);
  });
});

function isAction(payload: Payload, action: unknown): boolean {
  return payload["action"] === action;
}

describe("what GitHub announces", () => {
  let collector: TestCollector;
  beforeEach(async () => {
    collector = await startTestCollector({ settings });
  });
  afterEach(async () => collector.close());

  async function announced(event: string, payload: unknown): Promise<Change[]> {
    const body = JSON.stringify(payload);
    const headers = signWebhook("github", event, body);
    const answer = await ask(collector.port, { path: "/v1/webhooks/github", headers, body });
    expect(answer.status).toBe(202);
    const records = await collector.queue.drain();
    return records.flatMap((record) => JSON.parse(Buffer.from(record.body).toString()) as Change[]);
  }

  function example(event: string, fits: (payload: Payload) => boolean) {
    const found = recorded
      .find(({ name }) => name === event)
      ?.examples.find((each) => fits(each as Payload));
    return structuredClone(found) as Payload;
  }

  it("reads the commits of a push with files, author, message and session", async () => {
    const payload = example("push", ({ commits }) => commits?.["length"] === 1);
    const message =
      "Let the agent read files (#17)\n\nRefs: ISSUE-9\nClaude-Session: https://claude.ai/code/session_01Ab";
    Object.assign((payload["commits"] as unknown as object[])[0] ?? {}, {
      message,
      modified: ["src/agent.ts"],
      removed: ["old.md"],
    });
    expect(await announced("push", payload)).toMatchObject([
      {
        kind: "commit",
        changeId: "6113728f27ae82c7b1a177c8d03f9e96e0adf246",
        timeUnixMs: Date.parse("2019-05-15T15:19:25Z"),
        repository,
        service: "",
        author: "Codertocat <21031067+Codertocat@users.noreply.github.com>",
        message,
        files: ["README.md", "old.md", "src/agent.ts"],
        pullRequest: "17",
        intent: "ISSUE-9",
        session: { agent: "claude-code", id: "session_01Ab", model: "" },
      },
    ]);
  });

  it("ties a merged pull request to its merge commit", async () => {
    const payload = example("pull_request", (each) => isAction(each, "closed"));
    const merge = "c4295bd74fb0f4fda03689c3df3f2803b658fd85";
    Object.assign(payload["pull_request"] ?? {}, {
      merged: true,
      merged_at: "2019-05-15T15:21:18Z",
      merged_by: { login: "octocat" },
    });
    expect(await announced("pull_request", payload)).toMatchObject([
      {
        kind: "pull_request",
        changeId: `${repository}/pull/2`,
        pullRequest: "2",
        name: "Update the README with new information.",
        author: "Codertocat",
        revision: merge,
        details: { state: "merged", baseRef: "master", headRef: "changes", mergedBy: "octocat" },
      },
      { kind: "commit", changeId: merge, pullRequest: "2", repository },
    ]);
  });

  it("does not take the trial merge of an open pull request for a merge", async () => {
    const payload = example("pull_request", (each) => isAction(each, "synchronize"));
    const [request, ...others] = await announced("pull_request", payload);
    expect(others).toEqual([]);
    expect(request).toMatchObject({
      revision: "ec26c3e57ca3a959ca5aad62de7213c562f8c821",
      details: { state: "open" },
    });
  });

  it("records who approved", async () => {
    const payload = example("pull_request_review", (each) => isAction(each, "submitted"));
    Object.assign(payload["review"] ?? {}, { state: "approved" });
    expect(await announced("pull_request_review", payload)).toMatchObject([
      {
        changeId: `${repository}/pull/2`,
        details: {
          reviews: {
            Codertocat: {
              state: "approved",
              time: "2019-05-15T15:20:38.000Z",
              revision: "ec26c3e57ca3a959ca5aad62de7213c562f8c821",
            },
          },
        },
      },
    ]);
  });

  it("reads a deployment and its status as one change", async () => {
    const created = await announced(
      "deployment",
      example("deployment", ({ deployment }) => deployment?.["environment"] === "production"),
    );
    const ended = await announced(
      "deployment_status",
      example("deployment_status", ({ deployment_status: said }) => said?.["state"] === "success"),
    );
    const same = {
      kind: "deployment",
      changeId: `${repository}/deployments/145988746`,
      service: "Hello-World",
      environment: "production",
      revision: "f95f852bd8fca8fcc58a9a2d6c842781e32a215e",
      startedAtUnixMs: Date.parse("2019-05-15T15:20:53Z"),
    };
    expect(created).toMatchObject([{ ...same, status: "started", completedAtUnixMs: null }]);
    expect(ended).toMatchObject([
      { ...same, status: "succeeded", completedAtUnixMs: Date.parse("2019-05-15T15:20:55Z") },
    ]);
  });

  it.each([
    ["failure", "failed"],
    ["error", "failed"],
    ["in_progress", "started"],
  ])("reads the deployment state %s as %s", async (state, status) => {
    const payload = example("deployment_status", () => true);
    Object.assign(payload["deployment_status"] ?? {}, { state });
    expect(await announced("deployment_status", payload)).toMatchObject([{ status }]);
  });

  it("takes the service from the deployment's own payload, and a version from a tag", async () => {
    const payload = example("deployment", () => true);
    Object.assign(payload["deployment"] ?? {}, { ref: "v1.8.0", payload: { service: "shop" } });
    expect(await announced("deployment", payload)).toMatchObject([
      { service: "shop", version: "v1.8.0" },
    ]);
  });

  it("reads a published release and how a workflow ended", async () => {
    const release = await announced(
      "release",
      example("release", (each) => isAction(each, "published")),
    );
    expect(release).toMatchObject([
      { kind: "deployment", version: "0.0.1", environment: "", details: { release: true } },
    ]);
    const run = await announced(
      "workflow_run",
      example("workflow_run", (each) => each["workflow_run"]?.["conclusion"] === "success"),
    );
    expect(run).toMatchObject([
      {
        kind: "commit",
        changeId: "3484a3fb816e0859fd6e1cea078d76385ff50625",
        author: "Matthias Fax <matfax@users.noreply.github.com>",
      },
    ]);
    expect(Object.values(run[0]?.details["pipelines"] ?? {})).toMatchObject([
      { result: "success" },
    ]);
  });
});
