import { createHmac } from "node:crypto";
import type { ForgeName } from "../../../collector/webhooks/webhook-forge.ts";
import type { Change } from "../../../core/model/change.ts";
import { ask, type HttpAnswer } from "../../helpers/http-request.ts";
import { signWebhook, webhookSecrets } from "../../helpers/sign-webhook.ts";
import {
  startTestCollector,
  type TestCollector,
  testNowUnixMs,
} from "../../helpers/test-collector.ts";

const revision = "0123456789abcdef0123456789abcdef01234567";

/** Read by all three forges as one commit. */
const push = {
  object_kind: "push",
  ref: "refs/heads/main",
  repository: { full_name: "acme/shop", html_url: "https://git.example/acme/shop" },
  project: { path_with_namespace: "acme/shop", web_url: "https://git.example/acme/shop" },
  commits: [
    {
      id: revision,
      message: "Add a tool",
      timestamp: "2026-11-20T09:00:00+01:00",
      author: { name: "Ada", email: "ada@shop.example" },
      added: ["src/tools.ts"],
      modified: [],
      removed: [],
    },
  ],
};
const body = JSON.stringify(push);
const forges: readonly ForgeName[] = ["github", "gitlab", "gitea"];

const settings = {
  webhooks: {
    github: [
      { secret: "an-older-secret" },
      { secret: webhookSecrets.github, tenant: "acme" },
      { secretEnv: "SHOP_SECRET", tenant: "zeta", repositories: ["zeta/shop"] },
    ],
    gitlab: [{ secret: webhookSecrets.gitlab }, { secret: `whsec_${btoa("0123456789abcdef")}` }],
    gitea: [{ secret: webhookSecrets.gitea }],
    maxBodyBytes: 65_536,
  },
};

describe("POST /v1/webhooks", () => {
  let collector: TestCollector;
  beforeEach(async () => {
    collector = await startTestCollector({ settings, env: { SHOP_SECRET: "zeta-secret-12" } });
  });
  afterEach(async () => collector.close());

  function post(
    forge: ForgeName,
    headers: Record<string, string>,
    sent: string = body,
  ): Promise<HttpAnswer> {
    return ask(collector.port, { path: `/v1/webhooks/${forge}`, headers, body: sent });
  }

  const answerOf = (answer: HttpAnswer) => JSON.parse(answer.body.toString());

  async function tenants(): Promise<string[]> {
    const records = await collector.queue.drain();
    return records.flatMap((record) =>
      (JSON.parse(Buffer.from(record.body).toString()) as Change[]).map(({ tenant }) => tenant),
    );
  }

  it.each(forges)("takes what %s has signed", async (forge) => {
    const answer = await post(forge, signWebhook(forge, "push", body));
    expect(answer.status).toBe(202);
    expect(answerOf(answer)).toEqual({ accepted: 1, rejected: [] });
    expect(await tenants()).toEqual([forge === "github" ? "acme" : "default"]);
  });

  it.each(forges)("has one effect however often %s delivers it", async (forge) => {
    await post(forge, signWebhook(forge, "push", body));
    for (const event of ["push", "pull_request"]) {
      const headers = { ...signWebhook(forge, event, body), "x-github-delivery": "another" };
      const answer = await post(forge, headers);
      expect(answer.status).toBe(202);
      expect(answerOf(answer).accepted).toBe(0);
    }
    expect(await tenants()).toHaveLength(1);
  });

  it("counts a delivery that came before as a duplicate and says so", async () => {
    await post("gitea", signWebhook("gitea", "push", body));
    const answer = await post("gitea", signWebhook("gitea", "push", body));
    expect(answerOf(answer)).toEqual({ accepted: 0, rejected: [], duplicate: true });
    expect(await collector.accounting()).toMatchObject([
      { signal: "changes", received: 2, rejected: { duplicate: 1 }, inFlight: 1 },
    ]);
  });

  it.each(forges)(
    "refuses %s without a signature, with a wrong one, with another body",
    async (forge) => {
      const signed = signWebhook(forge, "push", body);
      const unsigned = { "content-type": "application/json" };
      const wrong = signWebhook(forge, "push", body, "not-the-secret");
      expect((await post(forge, unsigned)).status).toBe(401);
      expect((await post(forge, wrong)).status).toBe(401);
      // GitLab's secret token signs nothing.
      const answer = await post(forge, signed, body.replace("Add", "Bad"));
      expect(answer.status).toBe(forge === "gitlab" ? 202 : 401);
    },
  );

  it("counts nothing of what nobody signed", async () => {
    await post("gitea", signWebhook("gitea", "push", body, "not-the-secret"));
    expect(await collector.accounting()).toEqual([]);
  });

  it.each(["", "sha256=", "sha256=zz", `sha1=${"0".repeat(40)}`, "0".repeat(64), "é"])(
    "refuses the signature %j",
    async (text) => {
      const signature = Buffer.from(text).toString("latin1");
      const headers = { ...signWebhook("github", "push", body), "x-hub-signature-256": signature };
      expect((await post("github", headers)).status).toBe(401);
    },
  );

  it("takes the tenant from the secret, whichever of several it is", async () => {
    const asked = { "x-tenant": "zeta", "x-scope-orgid": "zeta" };
    await post("github", { ...signWebhook("github", "push", body, "an-older-secret"), ...asked });
    await post("github", { ...signWebhook("github", "push", body), ...asked });
    expect(await tenants()).toEqual(["default", "acme"]);
  });

  it("lets a secret speak for its repositories only", async () => {
    const secret = "zeta-secret-12";
    expect((await post("github", signWebhook("github", "push", body, secret))).status).toBe(403);
    const own = body.replace("acme/shop", "zeta/shop");
    expect((await post("github", signWebhook("github", "push", own, secret), own)).status).toBe(
      202,
    );
    expect(await tenants()).toEqual(["zeta"]);
  });

  it("reads a form with the payload in a field", async () => {
    const form = `payload=${encodeURIComponent(body)}`;
    const headers = {
      ...signWebhook("github", "push", form),
      "content-type": "application/x-www-form-urlencoded",
    };
    expect(answerOf(await post("github", headers, form))).toEqual({ accepted: 1, rejected: [] });
  });

  it.each([
    { name: "broken JSON", sent: "{", type: "application/json", status: 400 },
    { name: "a list", sent: "[]", type: "application/json", status: 400 },
    {
      name: "a form without payload",
      sent: "a=1",
      type: "application/x-www-form-urlencoded",
      status: 400,
    },
    { name: "text", sent: "push", type: "text/plain", status: 415 },
    { name: "too many bytes", sent: " ".repeat(65_537), type: "application/json", status: 413 },
  ])("answers $name with a problem document", async ({ sent, type, status }) => {
    const headers = { ...signWebhook("github", "push", sent), "content-type": type };
    const answer = await post("github", headers, sent);
    expect(answer.status).toBe(status);
    expect(answer.headers["content-type"]).toContain("application/problem+json");
  });

  it("counts what it ignores and what it cannot read for the tenant", async () => {
    expect(answerOf(await post("gitea", signWebhook("gitea", "wiki", body)))).toEqual({
      accepted: 0,
      ignored: "wiki",
    });
    await post("gitea", signWebhook("gitea", "push", "{"), "{");
    expect(await collector.accounting()).toMatchObject([
      { received: 2, rejected: { ignored: 1, undecodable: 1 } },
    ]);
  });

  it("names no event in the answer that is no name", async () => {
    const headers = signWebhook("github", "<img src=x>", body);
    expect(answerOf(await post("github", headers))).toEqual({ accepted: 0, ignored: "event" });
  });

  it("refuses other methods", async () => {
    const answer = await ask(collector.port, { method: "GET", path: "/v1/webhooks/github" });
    expect(answer.status).toBe(405);
  });

  describe("signed by GitLab as Standard Webhooks lays down", () => {
    const signed = (seconds: number, key = "0123456789abcdef", signedBody = body) => {
      const id = "msg-1";
      const mac = createHmac("sha256", key).update(`${id}.${seconds}.${signedBody}`);
      return {
        "content-type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": String(seconds),
        "webhook-signature": `v1,bm90aGluZw== v1,${mac.digest("base64")}`,
      };
    };
    const now = testNowUnixMs / 1000;

    it.each([
      ["now", signed(now), 202],
      ["four minutes ago", signed(now - 240), 202],
      ["six minutes ago", signed(now - 360), 401],
      ["six minutes ahead", signed(now + 360), 401],
      ["with another key", signed(now, "fedcba9876543210"), 401],
      ["over another body", signed(now, "0123456789abcdef", "{}"), 401],
      [
        "with another time in the header",
        { ...signed(now), "webhook-timestamp": `${now + 1}` },
        401,
      ],
      ["with a time that is none", { ...signed(now), "webhook-timestamp": "soon" }, 401],
      [
        "with the signing token as secret token",
        { "x-gitlab-token": `whsec_${btoa("0123456789abcdef")}` },
        401,
      ],
    ])("%s", async (_name, headers, status) => {
      expect((await post("gitlab", headers)).status).toBe(status);
    });
  });
});

describe("without a secret", () => {
  it.each(forges)("%s is told what to set, whoever asks", async (forge) => {
    const collector = await startTestCollector();
    try {
      const answer = await ask(collector.port, {
        path: `/v1/webhooks/${forge}`,
        headers: signWebhook(forge, "push", body),
        body,
      });
      expect(answer.status).toBe(403);
      expect(answer.body.toString()).toContain(`TELLTALE_WEBHOOKS_${forge.toUpperCase()}`);
    } finally {
      await collector.close();
    }
  });

  it("names a variable that is not set at the start", async () => {
    const starting = startTestCollector({
      settings: { webhooks: { gitea: [{ secretEnv: "MISSING_SECRET" }] } },
    });
    await expect(starting).rejects.toThrow("webhooks.gitea.0.secretEnv: MISSING_SECRET is not set");
  });

  it.each([
    [{ secret: "" }, "either secret or secretEnv"],
    [{ secret: "long-enough-secret", secretEnv: "X" }, "either secret or secretEnv"],
    [{ secret: "short" }, "at least 12 characters"],
  ])("refuses the setting %j", async (entry, words) => {
    const starting = startTestCollector({ settings: { webhooks: { github: [entry] } } });
    await expect(starting).rejects.toThrow(words);
  });
});
