import * as fc from "fast-check";
import type { OpenedStore } from "../../../core/store/open-store.ts";
import { openMemoryStore } from "../../helpers/memory-store.ts";
import { baseRow } from "./span-rows.ts";

const start = Date.UTC(2026, 10, 2);

const span = fc.record({
  minute: fc.integer({ min: 0, max: 3 }),
  operation: fc.constantFrom("", "chat", "execute_tool"),
  reason: fc.constantFrom("", '["stop"]', "Content_Filter", '["length","stop"]', "💥", '[""]'),
  first: fc.constantFrom("", "0.25", "-1", "nan", "inf", "1e300", "x", "0"),
  scores: fc.array(
    fc.record({
      name: fc.constantFrom("", "relevance", "user_feedback"),
      value: fc.constantFrom("0.5", "-1", "1e9", "nan", "", "high"),
    }),
    { maxLength: 3 },
  ),
});

interface Sums {
  readonly key: string;
  readonly items: number;
  readonly total: number;
}

let store: OpenedStore;
let round = 0;
beforeAll(async () => {
  store = await openMemoryStore();
});
afterAll(() => store.close());

/** What the view should hold, straight from the spans; written apart from it on purpose. */
function expectedSums(spans: readonly (typeof span extends fc.Arbitrary<infer T> ? T : never)[]) {
  const sums = new Map<string, { items: number; total: number }>();
  function add(key: string, score = 0): void {
    const before = sums.get(key) ?? { items: 0, total: 0 };
    sums.set(key, { items: before.items + 1, total: before.total + score });
  }
  for (const { minute, operation, reason, first, scores } of spans) {
    const word = /[a-z_-]+/i.exec(reason)?.[0].toLowerCase() ?? "";
    if (operation === "" && scores.length === 0) {
      continue;
    }
    if (word !== "") {
      add(`${minute}|finish_reason|${operation}|${word}`);
    }
    if (first === "0.25") {
      add(`${minute}|time_to_first_token|${operation}|`);
    }
    for (const { name, value } of scores) {
      if (name !== "" && (value === "0.5" || value === "-1")) {
        add(`${minute}|evaluation|${name}|`, Number(value));
      }
    }
  }
  return sums;
}

describe("series_measures", () => {
  it("holds what spans say, and nothing of what cannot be read", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(span, { minLength: 1, maxLength: 40 }), async (spans) => {
        round += 1;
        const service = `service-${round}`;
        const rows = spans.map((item, index) => ({
          ...baseRow,
          ServiceName: service,
          SpanId: `${round}-${index}`,
          Timestamp: new Date(start + item.minute * 60_000).toISOString(),
          GenAiOperation: item.operation,
          SpanAttributes: {
            ...(item.reason !== "" && { "gen_ai.response.finish_reasons": item.reason }),
            "gen_ai.response.time_to_first_chunk": item.first,
          },
          "Events.Timestamp": item.scores.map(() => new Date(start).toISOString()),
          "Events.Name": item.scores.map(() => "gen_ai.evaluation.result"),
          "Events.Attributes": item.scores.map(({ name, value }) => ({
            "gen_ai.evaluation.name": name,
            "gen_ai.evaluation.score.value": value,
          })),
        }));
        for (let sent = 0; sent < 2; sent++) {
          await store.writes.insert("otel_traces", rows, { token: service });
        }
        const stored = await store.reads.query<Sums>(
          `SELECT concat(toString(intDiv(toUnixTimestamp(Window) - {start:UInt32}, 60)), '|',
             Measure, '|', Subject, '|', Label) AS key, toUInt32(sum(Items)) AS items,
             toFloat64(sum(Total)) AS total
           FROM series_measures WHERE Tenant = 'default' AND ServiceName = {service:String}
           GROUP BY Window, Measure, Subject, Label`,
          { service, start: start / 1000 },
        );
        const sums = new Map(stored.map(({ key, items, total }) => [key, { items, total }]));
        expect(sums).toEqual(expectedSums(spans));
      }),
      { numRuns: 8 },
    );
  });

  it("takes evaluations that come as log events", async () => {
    const row = (value: string) => ({
      Tenant: "default",
      Timestamp: new Date(start).toISOString(),
      ServiceName: "judge",
      Environment: "production",
      EventName: "gen_ai.evaluation.result",
      LogAttributes: {
        "gen_ai.evaluation.name": "helpfulness",
        "gen_ai.evaluation.score.value": value,
      },
    });
    const rows = ["0.5", "0.75", "many", "1e12", "nan"].map(row);
    await store.writes.insert("otel_logs", rows, { token: "judge" });
    const stored = await store.reads.query(
      `SELECT Measure, Subject, toUInt32(sum(Items)) AS items, toFloat64(sum(Total)) AS total
       FROM series_measures WHERE ServiceName = 'judge' GROUP BY Measure, Subject`,
    );
    expect(stored).toEqual([
      { Measure: "evaluation", Subject: "helpfulness", items: 2, total: 1.25 },
    ]);
  });
});
