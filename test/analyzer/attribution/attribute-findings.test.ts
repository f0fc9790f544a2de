import { attributeFindings } from "../../../analyzer/attribution/attribute-findings.ts";
import {
  type AttributedFinding,
  readEvidence,
} from "../../../analyzer/attribution/read-evidence.ts";
import { findingFingerprint } from "../../../core/model/identity.ts";
import type { OpenedStore } from "../../../core/store/open-store.ts";
import { insertChanges, makeChange } from "../../helpers/change.ts";
import { makeDetection } from "../../helpers/detection.ts";
import { openMemoryStore } from "../../helpers/memory-store.ts";
import { spanRow } from "../../helpers/span-row.ts";

const hour = 3_600_000;
const onset = Date.parse("2026-11-20T10:00:00Z");
const repository = "https://git.example/shop";
const [base, guilty, innocent, undeployed] = ["a", "b", "c", "d"].map((digit) => digit.repeat(40));
const detection = makeDetection({ timeUnixMs: onset, version: "1.8.0", session: "session-new-0" });

const finding: AttributedFinding = {
  findingId: "finding",
  tenant: "default",
  fingerprint: findingFingerprint(detection),
  type: "secret_leak",
  service: "shop",
  environment: "production",
  tool: "send_email",
  onsetFromUnixMs: onset,
  onsetToUnixMs: onset,
  firstSeenUnixMs: onset,
  lastSeenUnixMs: onset,
};

let store: OpenedStore;

beforeAll(async () => {
  store = await openMemoryStore();
  await store.writes.insert("otel_traces", [
    ...sessions("old", 20, { ServiceVersion: "1.7.0", GenAiTool: "search" }, onset - 30 * hour),
    ...sessions("new", 10, { ServiceVersion: "1.8.0", GenAiTool: "send_email" }, onset - 5 * hour),
    span(
      {
        TraceId: detection.traceId,
        SpanId: "f".repeat(16),
        ServiceVersion: "1.8.0",
        Session: "session-new-0",
        SpanAttributes: { "code.file.path": "/app/src/agent/mail.ts" },
      },
      onset,
    ),
    span({ TraceId: "9".repeat(32), ServiceName: "other", ServiceVersion: "3" }, onset),
  ]);
  await store.writes.insert("detections", [
    {
      Tenant: "default",
      Fingerprint: finding.fingerprint,
      Id: detection.id,
      Time: new Date(onset).toISOString(),
      Version: "1.8.0",
      TraceId: detection.traceId,
      Session: "session-new-0",
      ReceivedAt: new Date(onset).toISOString(),
      Revision: 1,
    },
  ]);
  await insertChanges(store.writes, [
    commit(base ?? "", [], 60, { files: ["src/index.ts"] }),
    commit(guilty ?? "", [base ?? ""], 10, {
      files: ["src/agent/tools.ts", "src/agent/mail.ts"],
      message: "Add sendEmail",
    }),
    commit(innocent ?? "", [guilty ?? ""], 2, { files: ["src/banner.ts"] }),
    commit(undeployed ?? "", [innocent ?? ""], 1, { files: ["src/agent/tools.ts"] }),
    deployment("dep-1", "1.7.0", base ?? "", 50),
    deployment("dep-2", "1.8.0", guilty ?? "", 8),
    deployment("dep-3", "1.8.1", innocent ?? "", 1),
    makeChange({ changeId: "elsewhere", service: "other", timeUnixMs: onset - hour }),
    makeChange({
      changeId: "staged",
      service: "shop",
      environment: "staging",
      timeUnixMs: onset - hour,
    }),
  ]);
});

afterAll(async () => {
  await store.close();
});

function span(columns: Readonly<Record<string, unknown>>, timeUnixMs: number): object {
  const Timestamp = new Date(timeUnixMs).toISOString();
  return spanRow({ Environment: "production", ...columns, Timestamp });
}

function sessions(name: string, count: number, columns: object, from: number): object[] {
  return Array.from({ length: count }, (_, n) =>
    span(
      {
        ...columns,
        TraceId: `${name}${n}`.padStart(32, "0"),
        Session: `session-${name}-${n}`,
        GenAiConvention: "otel",
      },
      from + n * 60_000,
    ),
  );
}

function commit(revision: string, parents: string[], hoursBefore: number, parts: object) {
  const timeUnixMs = onset - hoursBefore * hour;
  return makeChange({
    kind: "commit",
    changeId: revision,
    revision,
    parents,
    repository,
    timeUnixMs,
    ...parts,
  });
}

function deployment(changeId: string, version: string, revision: string, hoursBefore: number) {
  return makeChange({
    changeId,
    version,
    revision,
    repository,
    service: "shop",
    environment: "production",
    timeUnixMs: onset - hoursBefore * hour,
    completedAtUnixMs: onset - hoursBefore * hour,
    status: "succeeded",
  });
}

describe("readEvidence", () => {
  it("reads versions, code paths and the tool's first call of the finding's service", async () => {
    expect(await readEvidence(store.reads, finding)).toEqual({
      codePaths: ["/app/src/agent/mail.ts"],
      versions: expect.arrayContaining([
        {
          version: "1.7.0",
          affected: 0,
          exposed: 20,
          lastSeenUnixMs: onset - 30 * hour + 19 * 60_000,
        },
        { version: "1.8.0", affected: 1, exposed: 10, lastSeenUnixMs: onset },
      ]),
      toolFirstSeenUnixMs: onset - 5 * hour,
    });
  });

  it("says nothing of a tool that is as old as the records", async () => {
    const old = { ...finding, tool: "search" };
    expect((await readEvidence(store.reads, old)).toolFirstSeenUnixMs).toBeNull();
  });
});

describe("attributeFindings", () => {
  it("finds the commit that brought the tool, and leaves out what cannot be the cause", async () => {
    const attributions = await attributeFindings(store.reads, [finding]);
    const ranking = attributions.get("finding") ?? [];
    expect(ranking[0]).toMatchObject({ changeId: guilty, kind: "commit" });
    expect(ranking[0]?.probability).toBeGreaterThan(0.8);
    expect(ranking[0]?.reasons).toEqual(
      expect.arrayContaining([
        "carried by deployment dep-2",
        "the tool send_email was first called 3.0 h after it (+1.5)",
      ]),
    );
    const listed = ranking.map(({ changeId }) => changeId);
    expect(listed).toContain("dep-2");
    for (const excluded of [undeployed, "elsewhere", "staged"]) {
      expect(listed).not.toContain(excluded);
    }
    expect(ranking.reduce((sum, { probability }) => sum + probability, 0)).toBe(1);
  });

  it("blames no change for a finding of another tenant", async () => {
    const foreign = { ...finding, tenant: "other" };
    const attributions = await attributeFindings(store.reads, [foreign]);
    expect(attributions.get("finding")).toMatchObject([{ changeId: null, probability: 1 }]);
  });
});
