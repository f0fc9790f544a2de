import * as fc from "fast-check";
import { rankMeasured } from "../../analyzer/attribution/rank-measured.ts";
import { readIncident } from "../../cli/read-incident.ts";
import { UserError } from "../../cli/user-error.ts";
import { changeKinds } from "../../core/model/change.ts";
import { findingTypes } from "../../core/model/finding.ts";
import { runCli } from "../helpers/run-cli.ts";

const onset = Date.parse("2026-11-20T10:00:00Z") / 1000;
const rfc3339 = (seconds: number) => new Date(seconds * 1000).toISOString();
const topology = [
  { source: "web", target: "cart" },
  { source: "web", target: "ads" },
];

function deployment(id: string, service: string, beforeOnset = 240) {
  return {
    id,
    kind: "deployment",
    service,
    startedAt: rfc3339(onset - beforeOnset),
    completedAt: null,
  };
}

function successOf(service: string, version: string, value: number, since = -1800) {
  const count = (300 - since) / 60;
  const points = Array.from({ length: count }, (_, i) => [onset + since + 60 * i, value]);
  return { service, peer: "web", version, name: "success_rate", points };
}

const broken = {
  incident: { service: "web", onset: rfc3339(onset), type: "error_regression" },
  candidates: [deployment("good", "cart"), deployment("bad", "ads")],
  topology,
  metrics: [
    successOf("cart", "1", 1),
    successOf("cart", "2", 1, -120),
    successOf("ads", "1", 0.99),
    successOf("ads", "2", 0.4, -120),
  ],
};

function rank(document: unknown) {
  const file = readIncident(JSON.stringify(document), "test");
  return rankMeasured(file.incident, file.candidates, file.surroundings);
}

async function ask(args: readonly string[], input: string) {
  const { code, stdout, stderr } = await runCli(["attribute", ...args], { input });
  expect([code, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout) as { ranking: { id: string | null; probability: number }[] };
}

it("blames the version that fails beside the old one", async () => {
  const { ranking } = await ask([], JSON.stringify(broken));
  expect(ranking.map(({ id }) => id)).toEqual(["bad", "good", null]);
  expect(ranking[0]).toEqual({
    id: "bad",
    probability: expect.any(Number),
    reasons: expect.arrayContaining([
      expect.stringContaining("59.0 points less success on its version than on older ones"),
    ]),
  });
  expect(ranking[0]?.probability).toBeGreaterThan(0.8);
});

it("blames a new version that measured nothing beside those that did", () => {
  const silent = { ...broken, metrics: broken.metrics.slice(0, 3) };
  const [first] = rank(silent);
  expect(first?.id).toBe("bad");
  expect(first?.reasons.join()).toContain("nothing measured on its new version after");
});

it("puts a change that no call connects, and one that began after the onset, last", () => {
  const candidates = [
    deployment("late", "ads", -3600),
    deployment("apart", "billing"),
    deployment("called", "ads"),
  ];
  const ranking = rank({ ...broken, candidates, metrics: [] });
  expect(ranking.map(({ id }) => id)).toEqual(["called", "apart", null, "late"]);
  expect(ranking.at(-1)).toEqual({
    id: "late",
    probability: 0,
    reasons: ["began after the onset"],
  });
});

it.each([
  { name: "unix seconds", change: (time: string) => Date.parse(time) / 1000 },
  { name: "unix seconds as text", change: (time: string) => String(Date.parse(time) / 1000) },
  { name: "another zone", change: (time: string) => time.replace("Z", "+00:00") },
])("takes times as $name", ({ change }) => {
  const candidates = broken.candidates.map((candidate) => ({
    ...candidate,
    startedAt: change(candidate.startedAt),
  }));
  const incident = { ...broken.incident, onset: change(broken.incident.onset) };
  expect(rank({ ...broken, incident, candidates })).toEqual(rank(broken));
});

it("answers none of these where there is nothing to blame", () => {
  const ranking = rank({ incident: broken.incident, candidates: [], topology: null });
  expect(ranking).toEqual([{ id: null, probability: 1, reasons: [expect.any(String)] }]);
});

it("passes over missing values and unknown fields and takes unknown metric names", () => {
  const metrics = [
    ...broken.metrics,
    { service: "ads", name: "queue_depth", unit: "1", points: [[onset, null]] },
  ];
  expect(rank({ ...broken, metrics, remark: "x" })).toEqual(rank(broken));
});

it.each([
  { input: "", says: "standard input: expected one JSON object" },
  { input: "[]", says: "the document: " },
  { input: "{}", says: "incident: " },
  {
    input: JSON.stringify({ ...broken, incident: { ...broken.incident, onset: "soon" } }),
    says: "incident.onset: expected a time",
  },
  {
    input: JSON.stringify({ ...broken, incident: { ...broken.incident, type: "x" } }),
    says: "incident.type: ",
  },
  {
    input: JSON.stringify({ ...broken, candidates: [{ id: "a", kind: "deploy" }] }),
    says: "candidates.0.kind: ",
  },
  {
    input: JSON.stringify({ ...broken, metrics: [{ service: "a", name: "b", points: [[1]] }] }),
    says: "metrics.0.points.0",
  },
])("refuses and says: $says", ({ input, says }) => {
  const read = () => readIncident(input, "standard input");
  expect(read).toThrow(UserError);
  expect(read).toThrow(says);
});

it("says which file cannot be read", async () => {
  const { code, stderr } = await runCli(["attribute", "/nowhere.json"]);
  expect([code, stderr]).toEqual([1, expect.stringContaining("Cannot read /nowhere.json")]);
});

const service = fc.constantFrom("web", "ads", "cart", "", "__proto__");
const time = fc.integer({ min: onset - 7200, max: onset + 7200 });
const documents = fc.record({
  incident: fc.record({ service, onset: time, type: fc.constantFrom(...findingTypes) }),
  candidates: fc.array(
    fc.record({
      id: fc.constantFrom("a", "b", "c", "d", "e"),
      kind: fc.constantFrom(...changeKinds),
      service,
      startedAt: time,
      completedAt: fc.option(time),
    }),
    { maxLength: 12 },
  ),
  topology: fc.array(fc.record({ source: service, target: service }), { maxLength: 6 }),
  metrics: fc.array(
    fc.record({
      service,
      peer: fc.option(service),
      version: fc.option(fc.constantFrom("1", "2")),
      name: fc.constantFrom("success_rate", "latency_ms", "cpu_percent", "x"),
      points: fc.array(fc.tuple(time, fc.option(fc.double({ noNaN: true }))), { maxLength: 8 }),
    }),
    { maxLength: 8 },
  ),
});

it("sums to 1 and does not depend on any order", () => {
  fc.assert(
    fc.property(documents, (document) => {
      const ranking = rank(document);
      expect(ranking.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 9);
      expect(ranking.every(({ probability }) => probability >= 0)).toBe(true);
      expect(ranking.filter(({ id }) => id === null)).toHaveLength(1);
      expect(new Set(ranking.map(({ id }) => id)).size).toBe(ranking.length);
      const turned = {
        ...document,
        candidates: document.candidates.toReversed(),
        topology: document.topology.toReversed(),
        metrics: document.metrics.toReversed(),
      };
      expect(rank(turned)).toEqual(ranking);
    }),
  );
});

it("sums to 1 with thousands of candidates", () => {
  const candidates = Array.from({ length: 3000 }, (_, i) => deployment(`d${i}`, "web"));
  const ranking = rank({ ...broken, candidates, metrics: [] });
  expect(ranking.reduce((sum, { probability }) => sum + probability, 0)).toBe(1);
  expect(ranking.every(({ probability }) => probability >= 0)).toBe(true);
});
