import { gitea } from "../../../collector/webhooks/gitea.ts";
import { readDelivery } from "../../../collector/webhooks/read-delivery.ts";
import { eventContext } from "../../../collector/webhooks/webhook-secrets.ts";
import { Config } from "../../../core/config/config.ts";
import type { Change } from "../../../core/model/change.ts";

const config = Config.parse({
  webhooks: {
    gitea: [{ secret: "long-enough-secret", releaseEnvironment: "production" }],
  },
  feedback: {
    repositories: [
      {
        id: "shop",
        path: "/srv/shop",
        url: "git@git.example:acme/shop.git",
        services: ["assistant"],
      },
    ],
  },
});
const now = Date.parse("2026-11-20T12:00:00Z");
const head = "bffeb74224043ba2feb48d137756c8a9331c449a";
const merge = "28e1879d029cb852e4844d9c718537df08844e03";
const repository = {
  id: 140,
  full_name: "acme/shop",
  html_url: "https://git.example/acme/shop",
  clone_url: "https://git.example/acme/shop.git",
};

function changesOf(event: string, payload: Record<string, unknown>): Change[] {
  const [secret] = config.webhooks.gitea;
  if (secret === undefined) {
    throw new Error("the settings have a secret");
  }
  const context = eventContext(secret, gitea.repositoryOf(payload), config);
  const read = readDelivery({ forge: gitea, event, payload, context, tenant: "acme" }, now, config);
  expect(read.rejected).toEqual([]);
  return read.accepted.map(({ change }) => change);
}

it.each(["x-gitea-event", "x-forgejo-event", "x-gogs-event"])("finds the event in %s", (name) => {
  expect(gitea.eventOf({ [name]: "push" }, {})).toBe("push");
});

it.each(["x-gitea-signature", "x-forgejo-signature", "x-gogs-signature"])(
  "finds the signature in %s",
  (name) => {
    const body = Buffer.from("{}");
    const signature = "77325902caca812dc259733aacd046b73817372c777b8d95b402647474516e13";
    const delivery = { headers: { [name]: signature }, body, nowUnixMs: now };
    expect(gitea.verify(delivery, "test")).toBe(false);
    // HMAC-SHA256 of `{}` under `secret`, from `openssl dgst -sha256 -hmac secret`.
    expect(gitea.verify(delivery, "secret")).toBe(true);
  },
);

it("reads the commits of a push", () => {
  const payload = {
    ref: "refs/heads/develop",
    before: merge,
    after: head,
    compare_url: `${repository.html_url}/compare/${merge}...${head}`,
    commits: [
      {
        id: head,
        message: "Add a tool\n",
        url: `${repository.html_url}/commit/${head}`,
        author: { name: "Ada", email: "ada@shop.example", username: "ada" },
        committer: { name: "Ada", email: "ada@shop.example", username: "ada" },
        timestamp: "2026-11-13T13:52:11-04:00",
        added: ["tools.ts"],
        removed: [],
        modified: [],
      },
    ],
    total_commits: 1,
    repository,
    pusher: { login: "ada" },
    sender: { login: "ada" },
  };
  expect(changesOf("push", payload)).toMatchObject([
    {
      kind: "commit",
      changeId: head,
      author: "Ada <ada@shop.example>",
      files: ["tools.ts"],
      timeUnixMs: Date.parse("2026-11-13T17:52:11Z"),
      source: "gitea",
    },
  ]);
});

const pullRequest = (parts: Record<string, unknown> = {}) => ({
  number: 7,
  pull_request: {
    number: 7,
    html_url: "https://git.example/acme/shop/pulls/7",
    title: "Add a tool",
    body: "",
    user: { login: "ada" },
    state: "open",
    merged: false,
    merged_at: null,
    merge_commit_sha: null,
    head: { ref: "tool", sha: head },
    base: { ref: "main", sha: merge },
    updated_at: "2026-11-20T10:00:00Z",
    ...parts,
  },
  repository,
  sender: { login: "bob" },
});

it("reads a pull request that was merged", () => {
  const payload = {
    action: "closed",
    ...pullRequest({
      state: "closed",
      merged: true,
      merged_at: "2026-11-20T10:00:00Z",
      merge_commit_sha: merge,
      merged_by: { login: "bob" },
    }),
  };
  expect(changesOf("pull_request", payload)).toMatchObject([
    { kind: "pull_request", revision: merge, details: { state: "merged", mergedBy: "bob" } },
    { kind: "commit", changeId: merge, pullRequest: "7" },
  ]);
});

it.each([
  ["pull_request_approved", "approved"],
  ["pull_request_rejected", "changes_requested"],
  ["pull_request_comment", "commented"],
])("reads %s as a review that is %s", (event, state) => {
  const payload = { action: "reviewed", ...pullRequest(), review: { type: event, content: "" } };
  const [change] = changesOf(event, payload);
  expect(change?.details["reviews"]).toMatchObject({ bob: { state, revision: head } });
});

it("reads a release as a deployment of the one service of the repository", () => {
  const payload = {
    action: "published",
    release: {
      tag_name: "v1.8.0",
      target_commitish: "main",
      name: "Refunds",
      body: "",
      draft: false,
      prerelease: false,
      published_at: "2026-11-20T10:00:00Z",
      author: { login: "ada" },
    },
    repository,
  };
  expect(changesOf("release", payload)).toMatchObject([
    {
      kind: "deployment",
      changeId: "https://git.example/acme/shop/releases/tag/v1.8.0",
      service: "assistant",
      environment: "production",
      version: "v1.8.0",
      revision: "",
    },
  ]);
});
