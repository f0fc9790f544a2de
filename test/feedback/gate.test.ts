import type { FindingStatus } from "../../core/model/finding.ts";
import type { ProposalState } from "../../core/model/proposal.ts";
import { confidenceHold, type GateInput, gate } from "../../feedback/gate.ts";
import { applyEvent, type ProposalRecord } from "../../feedback/proposals/proposal-state.ts";
import { draftOf } from "./draft-of.ts";
import { findingOf } from "./finding-of.ts";

const now = Date.parse("2026-11-20T00:00:00Z");
const dayMs = 86_400_000;

function recordOf(state: ProposalState, changes: Partial<ProposalRecord> = {}): ProposalRecord {
  const event = {
    stream: "proposal/default/p1",
    version: 1,
    position: 1,
    type: "drafted",
    actor: "telltale",
    timeUnixMs: now,
    data: draftOf({ fingerprint: findingOf().fingerprint }),
  };
  const record = applyEvent(undefined, event);
  if (record === undefined) {
    throw new Error("expected a record from a drafted event, got none");
  }
  return { ...record, proposal: { ...record.proposal, state }, ...changes };
}

const rejectedBy = (closedBy: string, daysAgo: number) =>
  recordOf("rejected", { closedBy, closedAtUnixMs: now - daysAgo * dayMs });

function surfacesFor(changes: Partial<GateInput>): readonly string[] | string {
  const input = {
    finding: findingOf(),
    status: "open" as const,
    criticalSuccess: false,
    proposals: [],
    nowUnixMs: now,
    ...changes,
  };
  const result = gate(input, { minSessions: 2 });
  return result.pass ? result.surfaces : result.reason;
}

const both = ["guardrail", "threat_model"];
const threatModelOnly = ["threat_model"];

describe("gate", () => {
  it.each([
    { name: "enough sessions", changes: {}, expected: both },
    { name: "one session", changes: { finding: findingOf({ sessions: 1 }) }, expected: "support" },
    {
      name: "one session with a critical success",
      changes: { finding: findingOf({ sessions: 1 }), criticalSuccess: true },
      expected: both,
    },
    {
      name: "a type without a surface",
      changes: { finding: findingOf({ type: "cost_anomaly" }) },
      expected: "type_without_surface",
    },
    {
      name: "an open guardrail",
      changes: { proposals: [recordOf("filed")] },
      expected: threatModelOnly,
    },
    {
      name: "an open one for another fingerprint",
      changes: { proposals: [recordOf("filed", { fingerprints: ["x"] })] },
      expected: both,
    },
    {
      name: "a recent human no",
      changes: { proposals: [rejectedBy("local:ada", 89)] },
      expected: threatModelOnly,
    },
    {
      name: "an old human no",
      changes: { proposals: [rejectedBy("local:ada", 91)] },
      expected: both,
    },
    {
      name: "a no by Telltale itself",
      changes: { proposals: [rejectedBy("telltale", 1)] },
      expected: both,
    },
    {
      name: "a superseded draft",
      changes: { proposals: [recordOf("superseded")] },
      expected: both,
    },
    {
      name: "an effective one",
      changes: { proposals: [recordOf("effective")] },
      expected: threatModelOnly,
    },
    { name: "a regressed one", changes: { proposals: [recordOf("regressed")] }, expected: both },
  ])("$name: $expected", ({ changes, expected }) => {
    expect(surfacesFor(changes)).toEqual(expected);
  });

  it.each([
    ["open", both],
    ["acknowledged", both],
    ["muted", "status"],
    ["false_positive", "status"],
    ["resolved", "status"],
  ] as [FindingStatus, unknown][])("a finding that is %s: %j", (status, expected) => {
    expect(surfacesFor({ status })).toEqual(expected);
  });
});

describe("confidenceHold", () => {
  it("counts changes only, never none of these", () => {
    const none = { changeId: null, kind: "none", probability: 0.9, reasons: [] };
    expect(confidenceHold({ attribution: [none] }, 0.4)).toMatch(/best 0\.00, needed 0\.40/);
    expect(confidenceHold(findingOf(), 0.4)).toBe("");
  });
});
