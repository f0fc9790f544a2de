import { readLineage } from "../../../core/lineage/lineage.ts";
import type { OpenedStore } from "../../../core/store/open-store.ts";
import { insertChanges, makeChange } from "../../helpers/change.ts";
import { findingRow } from "../../helpers/finding-row.ts";
import { openMemoryStore } from "../../helpers/memory-store.ts";

let store: OpenedStore;
const hour = 3_600_000;
const onset = Date.parse("2026-11-20T08:00:00Z");
const repository = "https://git.example/shop";
const parent = "a".repeat(40);
const revision = "b".repeat(40);
const traceId = "1".repeat(32);
const spanId = "2".repeat(16);

beforeAll(async () => {
  store = await openMemoryStore();
  await insertChanges(store.writes, [
    makeChange({
      kind: "commit",
      changeId: parent,
      revision: parent,
      repository,
      timeUnixMs: onset - 50 * hour,
    }),
    makeChange({
      kind: "commit",
      changeId: revision,
      revision,
      parents: [parent],
      repository,
      timeUnixMs: onset - 5 * hour,
      message: "Add send_email\n\nLong text",
      pullRequest: "17",
      session: { agent: "claude-code", id: "session-9", model: "some-model" },
      intent: "ISSUE-9",
    }),
    makeChange({
      kind: "agent_session",
      changeId: "session-9",
      prompt: "Let the assistant send mail",
      timeUnixMs: onset - 6 * hour,
    }),
    makeChange({
      kind: "pull_request",
      changeId: "17",
      name: "Mail for the assistant",
      repository,
      timeUnixMs: onset - 4 * hour,
    }),
    deployment("dep-1", parent, onset - 40 * hour),
    deployment("dep-2", revision, onset - 2 * hour),
    makeChange({
      kind: "dependency",
      changeId: "lodash-2",
      name: "pkg:npm/lodash",
      service: "shop",
      environment: "production",
      timeUnixMs: onset - 2 * hour,
      details: { type: "upgraded", deployment: "dep-2" },
    }),
  ]);
  await store.writes.insert("findings", [
    findingRow({
      Id: "known",
      FirstSeen: "2026-11-20T08:00:00Z",
      LastSeen: "2026-11-20T09:00:00Z",
      Onset: "2026-11-20T08:00:00Z",
      Attribution: JSON.stringify([
        { changeId: revision, kind: "commit", probability: 0.875, reasons: [] },
        { changeId: "gone", kind: "config", probability: 0.0625, reasons: [] },
        { changeId: null, kind: "none", probability: 0.0625, reasons: [] },
      ]),
    }),
    findingRow({
      Id: "by-package",
      FirstSeen: "2026-11-20T08:00:00Z",
      LastSeen: "2026-11-20T09:00:00Z",
      Onset: "2026-11-20T08:00:00Z",
      Attribution: JSON.stringify([
        { changeId: "lodash-2", kind: "dependency", probability: 0.875, reasons: [] },
        { changeId: null, kind: "none", probability: 0.125, reasons: [] },
      ]),
    }),
    findingRow({ Id: "unattributed" }),
  ]);
  await store.writes.insert("detections", [
    {
      Tenant: "default",
      Fingerprint: "fingerprint",
      Id: "d",
      Time: "2026-11-20T08:00:00Z",
      TraceId: traceId,
      SpanId: spanId,
      Detector: "secrets",
      ReceivedAt: "2026-11-20T08:00:00Z",
      Revision: 1,
    },
  ]);
});

afterAll(async () => {
  await store.close();
});

function deployment(changeId: string, of: string, timeUnixMs: number) {
  return makeChange({
    changeId,
    service: "shop",
    environment: "production",
    version: changeId,
    repository,
    revision: of,
    timeUnixMs,
  });
}

describe("readLineage", () => {
  it("goes from the finding to the intent, hop by hop", async () => {
    const lineage = await readLineage(store.reads, "default", "known");
    const path = [
      "finding:known",
      `span:${traceId}/${spanId}`,
      "deployment:dep-2",
      `commit:${revision}`,
      `pull_request:${repository}#17`,
      "session:claude-code/session-9",
      `prompt:${revision}`,
      "intent:ISSUE-9",
    ];
    expect(lineage?.nodes.map(({ id }) => id).toSorted()).toEqual(path.toSorted());
    expect(lineage?.edges).toHaveLength(path.length - 1);
    expect(lineage?.edges).toEqual(
      expect.arrayContaining(path.slice(1).map((to, i) => ({ from: path[i], to }))),
    );
  });

  it("says on each node what is known of it", async () => {
    const lineage = await readLineage(store.reads, "default", "known");
    const nodes = new Map(lineage?.nodes.map((node) => [node.kind, node]));
    expect(nodes.get("commit")).toMatchObject({
      label: "Add send_email",
      revision,
      sessionId: "session-9",
      probability: 0.875,
    });
    expect(nodes.get("deployment")).toMatchObject({ label: "dep-2", revision });
    expect(nodes.get("pull_request")).toMatchObject({ label: "Mail for the assistant" });
    expect(nodes.get("session")).toMatchObject({ sessionId: "session-9" });
    expect(nodes.get("prompt")).toMatchObject({ prompt: "Let the assistant send mail" });
    expect(nodes.get("intent")).toMatchObject({ intent: "ISSUE-9" });
  });

  it("reaches a package through the deployment that brought it", async () => {
    const lineage = await readLineage(store.reads, "default", "by-package");
    expect(lineage?.edges).toEqual(
      expect.arrayContaining([
        { from: `span:${traceId}/${spanId}`, to: "deployment:dep-2" },
        { from: "deployment:dep-2", to: "dependency:lodash-2" },
      ]),
    );
    expect(lineage?.edges).not.toContainEqual({
      from: `span:${traceId}/${spanId}`,
      to: "dependency:lodash-2",
    });
  });

  it("is the finding alone where nothing is attributed", async () => {
    const lineage = await readLineage(store.reads, "default", "unattributed");
    expect(lineage?.nodes.map(({ kind }) => kind)).toEqual(["finding", "span"]);
  });

  it("is null for an unknown finding", async () => {
    expect(await readLineage(store.reads, "default", "nope")).toBeNull();
  });
});
