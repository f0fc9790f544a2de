import * as fc from "fast-check";
import {
  type Containment,
  groupIncidents,
  type IncidentFinding,
} from "../../../feedback/incidents/incident.ts";

const hourMs = 3_600_000;

function findingOf(id: string, changes: Partial<IncidentFinding> = {}): IncidentFinding {
  return {
    id,
    fingerprint: id,
    type: "secret_leak",
    severity: "high",
    onsetUnixMs: 0,
    hasSucceeded: false,
    ...changes,
  };
}

/** Overlaps by pair of ids in alphabetical order, such as `a b`; 0 for any other. */
function overlapsOf(shares: Readonly<Record<string, number>>): Containment {
  return (a, b) => shares[[a, b].toSorted().join(" ")] ?? 0;
}

function idsOf(findings: readonly IncidentFinding[], containment: Containment): string[][] {
  return groupIncidents(findings, containment).map((incident) => incident.map(({ id }) => id));
}

describe("groupIncidents", () => {
  it.each([
    {
      name: "half of the smaller one's sessions",
      findings: [findingOf("a"), findingOf("b")],
      shares: { "a b": 0.5 },
      expected: [["a", "b"]],
    },
    {
      name: "less than half",
      findings: [findingOf("a"), findingOf("b")],
      shares: { "a b": 0.49 },
      expected: [["a"], ["b"]],
    },
    {
      name: "onsets a day apart",
      findings: [findingOf("a"), findingOf("b", { onsetUnixMs: 24 * hourMs })],
      shares: { "a b": 1 },
      expected: [["a", "b"]],
    },
    {
      name: "onsets more than a day apart",
      findings: [findingOf("a"), findingOf("b", { onsetUnixMs: 24 * hourMs + 1 })],
      shares: { "a b": 1 },
      expected: [["a"], ["b"]],
    },
    {
      name: "a chain whose ends share nothing",
      findings: [findingOf("a"), findingOf("b"), findingOf("c")],
      shares: { "a b": 1, "b c": 1 },
      expected: [["a", "b"], ["c"]],
    },
  ])("with $name: $expected", ({ findings, shares, expected }) => {
    expect(idsOf(findings, overlapsOf(shares))).toEqual(expected);
  });

  it.each([
    { name: "severity", lead: { severity: "critical" }, other: { hasSucceeded: true } },
    {
      name: "success",
      lead: { hasSucceeded: true },
      other: { type: "data_exfiltration" },
    },
    {
      name: "nearness to the harm",
      lead: { type: "data_exfiltration", onsetUnixMs: 1 },
      other: { type: "prompt_injection.indirect" },
    },
    { name: "age", lead: { onsetUnixMs: 1 }, other: { onsetUnixMs: 2 } },
  ] satisfies {
    name: string;
    lead: Partial<IncidentFinding>;
    other: Partial<IncidentFinding>;
  }[])("is led by $name", ({ lead, other }) => {
    const findings = [findingOf("a", other), findingOf("z", lead)];
    expect(idsOf(findings, () => 1)).toEqual([["z", "a"]]);
  });

  it("puts each finding into one incident, whatever the order of arrival", () => {
    const finding = fc.record({
      severity: fc.constantFrom("low" as const, "high" as const, "critical" as const),
      onsetUnixMs: fc.integer({ min: 0, max: 72 * hourMs }),
      hasSucceeded: fc.boolean(),
      type: fc.constantFrom("data_exfiltration" as const, "secret_leak" as const),
    });
    const containment: Containment = (a, b) => ((Number(a) + Number(b)) % 3) / 2;
    fc.assert(
      fc.property(fc.array(finding, { maxLength: 12 }), fc.integer(), (drawn, seed) => {
        const findings = drawn.map((each, index) => findingOf(String(index), each));
        const shuffled = findings.toSorted(
          (a, b) => ((Number(a.id) * 7919 + seed) % 101) - ((Number(b.id) * 7919 + seed) % 101),
        );
        const incidents = idsOf(findings, containment);
        expect(idsOf(shuffled, containment)).toEqual(incidents);
        expect(incidents.flat().toSorted()).toEqual(findings.map(({ id }) => id).toSorted());
      }),
    );
  });
});
