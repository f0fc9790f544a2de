import * as fc from "fast-check";
import { type ChangeForm, readChanges } from "../../../collector/changes/read-changes.ts";
import { Config } from "../../../core/config/config.ts";

const now = Date.parse("2026-11-20T12:00:00Z");
const config = Config.parse({});
const revision = "0123456789abcdef0123456789abcdef01234567";

function read(body: unknown, form: ChangeForm = "native", headers: Record<string, string> = {}) {
  return readChanges({ form, headers, body }, "acme", now, config);
}

const deployment = {
  kind: "deployment",
  id: "dep-42",
  time: "2026-11-20T10:00:00Z",
  service: "shop-assistant",
  environment: "production",
  version: "1.8.0",
  revision,
  repository: "https://git.example/shop",
};

const commit = {
  kind: "commit",
  revision: revision.toUpperCase(),
  repository: "https://git.example/shop",
  time: "2026-11-20T09:00:00+01:00",
  author: "Ada",
  files: ["src/agent/tools.ts"],
  message: "Add a tool",
  pullRequest: 17,
  session: { agent: "claude-code", id: "s-1", model: "opus" },
  prompt: "Add a tool",
  intent: "ISSUE-9",
};

describe("the native form", () => {
  it("reads a deployment; without a status it has happened", () => {
    expect(read(deployment)).toEqual({
      accepted: [
        {
          index: 0,
          change: {
            tenant: "acme",
            changeId: "dep-42",
            kind: "deployment",
            timeUnixMs: Date.parse(deployment.time),
            service: "shop-assistant",
            environment: "production",
            name: "",
            version: "1.8.0",
            repository: "https://git.example/shop",
            revision,
            parents: [],
            author: "",
            message: "",
            files: [],
            pullRequest: "",
            session: null,
            prompt: "",
            intent: "",
            startedAtUnixMs: null,
            completedAtUnixMs: null,
            status: "succeeded",
            source: "native",
            artifacts: [],
            details: {},
          },
        },
      ],
      rejected: [],
      ignored: 0,
    });
  });

  it("reads a commit, whose id is its revision in lower case", () => {
    expect(read(commit).accepted[0]?.change).toMatchObject({
      changeId: revision,
      revision,
      timeUnixMs: Date.parse("2026-11-20T08:00:00Z"),
      pullRequest: "17",
      session: { agent: "claude-code", id: "s-1", model: "opus" },
      files: ["src/agent/tools.ts"],
      status: "",
    });
  });

  it.each([
    {
      name: "begun and not ended",
      times: { startedAt: "2026-11-20T10:00:00Z" },
      status: "started",
    },
    {
      name: "begun and ended",
      times: { startedAt: "2026-11-20T10:00:00Z", completedAt: "2026-11-20T10:05:00Z" },
      status: "succeeded",
    },
    { name: "rolled back", times: { status: "rolled_back" }, status: "rolled_back" },
  ])("knows the status of a deployment that is $name", ({ times, status }) => {
    expect(read({ ...deployment, ...times }).accepted[0]?.change.status).toBe(status);
  });

  it.each([
    ["unknown fields", { ...deployment, colour: "red", tenant: "other", __proto__x: 1 }],
    ["null fields", { ...deployment, author: null, files: null, session: null, status: null }],
    ["nanoseconds", { ...deployment, time: "2026-11-20T10:00:00.123456789Z" }],
    ["a time 399 days ago", { ...deployment, time: "2025-10-18T12:00:00Z" }],
    ["a time 9 minutes ahead", { ...deployment, time: "2026-11-20T12:09:00Z" }],
    ["a numeric version", { ...deployment, version: 2 }],
  ])("accepts %s", (_name, body) => {
    const { accepted, rejected } = read(body);
    expect(rejected).toEqual([]);
    expect(accepted[0]?.change.tenant).toBe("acme");
  });

  it.each([
    ["text", "hello", "not_an_object"],
    ["null", null, "not_an_object"],
    ["an unknown kind", { ...deployment, kind: "deploy" }, "unknown_kind"],
    ["an inherited name as kind", { ...deployment, kind: "constructor" }, "unknown_kind"],
    ["no kind", { id: "1", time: deployment.time }, "unknown_kind"],
    ["no id", { ...deployment, id: undefined }, "missing_id"],
    ["a blank id", { ...deployment, id: "  " }, "missing_id"],
    ["a control character in the id", { ...deployment, id: "a\u0000b" }, "bad_id"],
    ["no revision", { ...commit, revision: undefined }, "missing_revision"],
    ["a short revision", { ...commit, revision: "0123abc" }, "bad_revision"],
    ["a revision that is not hex", { ...commit, revision: "z".repeat(40) }, "bad_revision"],
    ["a parent that is not hex", { ...commit, parents: ["main"] }, "bad_revision"],
    ["no time", { ...deployment, time: undefined }, "missing_time"],
    ["a time in words", { ...deployment, time: "yesterday" }, "bad_time"],
    ["unix seconds", { ...deployment, time: 1_795_000_000 }, "bad_time"],
    ["a date alone", { ...deployment, time: "2026-11-20" }, "bad_time"],
    ["a local time", { ...deployment, time: "2026-11-20T10:00:00" }, "bad_time"],
    ["a day that does not exist", { ...deployment, time: "2026-02-30T10:00:00Z" }, "bad_time"],
    ["an hour that does not exist", { ...deployment, time: "2026-11-20T25:00:00Z" }, "bad_time"],
    ["a time 401 days ago", { ...deployment, time: "2025-10-15T11:00:00Z" }, "time_out_of_range"],
    [
      "a time 11 minutes ahead",
      { ...deployment, time: "2026-11-20T12:11:00Z" },
      "time_out_of_range",
    ],
    [
      "an end before the start",
      { ...deployment, startedAt: "2026-11-20T10:00:00Z", completedAt: "2026-11-20T09:00:00Z" },
      "bad_time",
    ],
    ["an unknown status", { ...deployment, status: "done" }, "bad_status"],
    ["a list as author", { ...commit, author: ["Ada"] }, "wrong_type"],
    ["text as files", { ...commit, files: "a.ts" }, "wrong_type"],
    ["numbers as files", { ...commit, files: [1] }, "wrong_type"],
    ["text as session", { ...commit, session: "s-1" }, "wrong_type"],
    ["a long id", { ...deployment, id: "x".repeat(257) }, "too_long"],
    ["a long message", { ...commit, message: "x".repeat(65_537) }, "too_long"],
    ["a long prompt", { ...commit, prompt: "x".repeat(65_537) }, "too_long"],
    ["too many files", { ...commit, files: Array(5001).fill("a") }, "too_many"],
  ])("rejects %s", (_name, body, reason) => {
    const { accepted, rejected } = read([deployment, body]);
    expect(accepted.map(({ index }) => index)).toEqual([0]);
    expect(rejected).toEqual([{ index: 1, reason, detail: expect.stringContaining("expected") }]);
  });

  it("never throws and never drops an item, whatever JSON comes", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (body) => {
        const { accepted, rejected } = read(body);
        expect(accepted.length + rejected.length).toBe(body.length);
      }),
    );
  });
});

const cdevent = (type: string, subject: object, customData: object = {}) => ({
  specversion: "1.0",
  id: "evt-1",
  source: "/ci/shop",
  artifacts: [],
  details: {},
  type: `dev.cdevents.${type}`,
  time: "2026-11-20T10:00:00Z",
  datacontenttype: "application/json",
  data: {
    context: {
      specversion: "0.5.1",
      id: "evt-1",
      source: "/ci/shop",
      artifacts: [],
      details: {},
      type: `dev.cdevents.${type}`,
      timestamp: "2026-11-20T10:00:00Z",
    },
    subject,
    customData,
  },
});

const deployed = cdevent("service.deployed.0.3.0", {
  id: "service/shop-assistant",
  content: {
    environment: { id: "production" },
    artifactId: `pkg:oci/shop@sha256%3Aabc?tag=1.8.0&vcs_url=git%2Bhttps://git.example/shop%40${revision}`,
  },
});

describe("CloudEvents that carry CDEvents", () => {
  it("maps a deployed service", () => {
    expect(read(deployed, "structured").accepted[0]?.change).toMatchObject({
      changeId: "evt-1",
      kind: "deployment",
      service: "shop-assistant",
      environment: "production",
      version: "1.8.0",
      revision,
      status: "succeeded",
      source: "cdevents",
      artifacts: [],
      details: {},
      timeUnixMs: Date.parse("2026-11-20T10:00:00Z"),
    });
  });

  it.each([
    ["service.upgraded.0.3.0", "deployment", "succeeded"],
    ["service.published.0.3.0", "deployment", "succeeded"],
    ["service.rolledback.0.2.0", "deployment", "rolled_back"],
    ["change.merged.0.3.0", "pull_request", ""],
    ["change.created.0.4.0", "pull_request", ""],
  ])("maps %s to a %s", (type, kind, status) => {
    const subject = {
      id: "17",
      content: { repository: { id: "shop/assistant", source: "https://git.example/" } },
    };
    const custom = { revision, service: "shop", message: "Add a tool", author: "Ada" };
    const change = read(cdevent(type, subject, custom), "structured").accepted[0]?.change;
    expect(change).toMatchObject({ kind, status, revision, service: "shop", author: "Ada" });
    expect(change?.repository).toBe("https://git.example/shop/assistant");
    expect(change?.pullRequest).toBe(kind === "pull_request" ? "17" : "");
  });

  it.each([
    ["service.removed.0.3.0", "deployment", { removed: true }],
    ["environment.created.0.2.0", "config", { environment: "created" }],
    ["environment.modified.0.3.0", "config", { environment: "modified" }],
    ["environment.deleted.0.2.0", "config", { environment: "deleted" }],
    ["artifact.packaged.0.2.0", "artifact", {}],
    ["artifact.signed.0.3.0", "artifact", { signed: true }],
    ["change.updated.0.2.0", "pull_request", { state: "open" }],
    ["change.reviewed.0.3.0", "pull_request", { reviewed: true }],
    ["change.abandoned.0.2.0", "pull_request", { state: "closed" }],
  ])("maps %s to a %s and says what happened", (type, kind, details) => {
    const { accepted } = read(cdevent(type, { id: "subject-1", content: {} }), "structured");
    expect(accepted[0]?.change).toMatchObject({ kind, details, changeId: "evt-1" });
  });

  it("takes the id of an environment from its subject", () => {
    const event = cdevent("environment.modified.0.3.0", { id: "staging", content: { name: "S" } });
    expect(read(event, "structured").accepted[0]?.change).toMatchObject({
      environment: "staging",
      name: "S",
    });
  });

  it.each(["0.3.0", "0.4.1", "0.5.1"])("reads events of specification %s alike", (version) => {
    const event = structuredClone(deployed);
    event.data.context.specversion = version;
    expect(read(event, "structured").accepted[0]?.change.service).toBe("shop-assistant");
  });

  it.each([
    "pipelinerun.finished.0.2.0",
    "taskrun.started.0.2.0",
    "incident.detected.0.2.0",
    "incident.resolved.0.3.0",
    "build.queued.0.2.0",
    "testcaserun.finished.0.2.0",
    "ticket.created.0.2.0",
    "approval.created.0.1.0",
    "artifact.downloaded.0.1.0",
    "repository.created.0.2.0",
    "branch.deleted.0.2.0",
  ])("ignores %s, which says nothing about a change", (type) => {
    expect(read([cdevent(type, { id: "1" }), deployed], "batch")).toMatchObject({
      accepted: [{ index: 1 }],
      rejected: [],
      ignored: 1,
    });
  });

  it("reads a batch, data in base64 and plain JSON that is a CloudEvent", () => {
    const { data, ...attributes } = deployed;
    const encoded = {
      ...attributes,
      data_base64: Buffer.from(JSON.stringify(data)).toString("base64"),
    };
    expect(read([deployed, encoded], "batch").accepted).toHaveLength(2);
    expect(read([deployed, deployment]).accepted.map(({ change }) => change.source)).toEqual([
      "cdevents",
      "native",
    ]);
  });

  it("reads the binary form", () => {
    const headers = {
      "ce-specversion": "1.0",
      "ce-id": "evt%2D2",
      "ce-source": "/ci",
      "ce-type": "dev.cdevents.service.deployed.0.3.0",
      "ce-time": "2026-11-20T10:00:00Z",
    };
    expect(read(deployed.data, "native", headers).accepted[0]?.change).toMatchObject({
      changeId: "evt-2",
      service: "shop-assistant",
    });
  });

  it.each([
    ["a type no version has", cdevent("service.exploded.0.2.0", { id: "1" }), "unsupported_type"],
    ["a subject no version has", cdevent("weather.changed.0.1.0", { id: "1" }), "unsupported_type"],
    ["a foreign type", { ...deployed, type: "com.example.thing" }, "unsupported_type"],
    ["an inherited name", { ...deployed, type: "dev.cdevents.to.string.0.1" }, "unsupported_type"],
    ["no type", { ...deployed, type: undefined }, "missing_type"],
    ["no id", { ...deployed, id: undefined }, "missing_id"],
    ["no source", { ...deployed, source: undefined }, "missing_id"],
    ["another specversion", { ...deployed, specversion: "0.3" }, "unsupported_specversion"],
    ["no data", { ...deployed, data: undefined }, "bad_data"],
    ["data that is not JSON", { ...deployed, data_base64: "!!!" }, "bad_data"],
    ["a time that is none", { ...deployed, time: "soon" }, "bad_time"],
    [
      "a revision that is not hex",
      cdevent("service.deployed.0.3.0", { id: "s" }, { revision: "main" }),
      "bad_revision",
    ],
  ])("rejects %s", (_name, event, reason) => {
    expect(read([event], "batch").rejected).toEqual([
      { index: 0, reason, detail: expect.any(String) },
    ]);
  });

  it("never throws on any object as data", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (subject, customData) => {
        const event = { ...deployed, data: { subject, customData } };
        const { accepted, rejected } = read([event], "batch");
        expect(accepted.length + rejected.length).toBe(1);
      }),
    );
  });
});
