import { Writable } from "node:stream";
import * as fc from "fast-check";
import { pino } from "pino";
import { createSeriesLimit } from "../../../analyzer/ingest/series-limit.ts";
import type { SpanNames } from "../../../analyzer/ingest/span-names.ts";
import { otherName, type SeriesDimension } from "../../../analyzer/ingest/tenant-limits.ts";
import { createLogger } from "../../../core/log.ts";
import type { GenAiRecord } from "../../../core/model/genai.ts";
import { plainSpan } from "../../helpers/plain-span.ts";

const dayMs = 86_400_000;
const noon = Date.UTC(2026, 10, 20, 12);
const silent = createLogger("silent");

const record: GenAiRecord = {
  convention: "otel/g3",
  operation: "execute_tool",
  provider: "",
  requestModel: "",
  responseModel: "",
  responseId: "",
  agent: "",
  tool: "",
  toolCallId: "",
  conversationId: "",
  promptName: "",
  promptVersion: "",
  reasoningTokens: 0,
  reportedCostUsd: null,
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  finishReasons: [],
  contents: [],
  verdicts: [],
};

function inspected(service: string, environment = "test", genAi: Partial<GenAiRecord> = {}) {
  const attributes = new Map([
    ["service.name", service],
    ["deployment.environment.name", environment],
    ["service.version", genAi.tool ?? "1"],
  ]);
  const span = plainSpan(0, { resource: { attributes, schemaUrl: "" } });
  return { span, genAi: { ...record, ...genAi }, costUsd: 0, detections: [], failures: [] };
}

function originOf(tenant: string, receivedAtUnixMs = noon) {
  return { tenant, batchId: "b", receivedAtUnixMs };
}

const streamOf = ({ service, environment }: SpanNames) => JSON.stringify([service, environment]);

it("names no more than the limit and `other`, whatever comes, and counts every other one", () => {
  const word = fc.oneof(fc.stringMatching(/^[a-h\n]?$/), fc.constantFrom("other", "\ud800", "é"));
  const sent = fc.record({
    tenant: fc.constantFrom("a", "b"),
    service: word,
    environment: word,
    operation: word,
    requestModel: word,
    responseModel: word,
    agent: word,
    tool: word,
  });
  fc.assert(
    fc.property(fc.array(sent, { maxLength: 120 }), fc.integer({ min: 1, max: 5 }), (all, max) => {
      const limit = createSeriesLimit({ maxValues: max, logger: silent });
      const seen = new Map<string, Set<string>>();
      const replaced = new Map<SeriesDimension, number>();
      for (const { tenant, service, environment, ...genAi } of all) {
        const names = limit.span(inspected(service, environment, genAi), originOf(tenant));
        for (const dimension of ["agent", "tool", "requestModel", "responseModel"] as const) {
          const isOther = names[dimension] !== genAi[dimension];
          expect([genAi[dimension], otherName]).toContain(names[dimension]);
          replaced.set(dimension, (replaced.get(dimension) ?? 0) + (isOther ? 1 : 0));
        }
        for (const [dimension, value] of [...Object.entries(names), ["stream", streamOf(names)]]) {
          const key = `${tenant} ${dimension}`;
          const isFree = value === "" || value === otherName || value === '["other","other"]';
          seen.set(key, new Set([...(seen.get(key) ?? []), ...(isFree ? [] : [value])]));
        }
      }
      expect(Math.max(0, ...[...seen.values()].map(({ size }) => size))).toBeLessThanOrEqual(max);
      const counted = limit.takeOverflow();
      for (const [dimension, count] of replaced) {
        expect(counted.get(dimension) ?? 0).toBe(count);
      }
    }),
  );
});

describe("a tenant beyond its limit", () => {
  it("leaves other tenants theirs", () => {
    const limit = createSeriesLimit({ maxValues: 3, logger: silent });
    for (let i = 0; i < 50; i += 1) {
      limit.span(inspected(`flood-${i}`), originOf("loud"));
    }
    expect(limit.takeOverflow().get("service")).toBe(47);
    expect(limit.span(inspected("shop"), originOf("quiet")).service).toBe("shop");
    expect(limit.takeOverflow().size).toBe(0);
  });

  it("keeps what is in use, and forgets names after a day without them", () => {
    const limit = createSeriesLimit({ maxValues: 2, logger: silent });
    const serviceAt = (service: string, day: number) =>
      limit.span(inspected(service), originOf("t", noon + day * dayMs)).service;
    expect([serviceAt("shop", 0), serviceAt("flood", 0)]).toEqual(["shop", "flood"]);
    expect([serviceAt("shop", 1), serviceAt("late", 1)]).toEqual(["shop", otherName]);
    expect([serviceAt("late", 2), serviceAt("later", 2)]).toEqual(["late", otherName]);
    expect(serviceAt("shop", 2)).toBe("shop");
  });

  it("still has model and tool calls told apart", () => {
    const limit = createSeriesLimit({ maxValues: 1, logger: silent });
    const operations = ["made up", "chat", "execute_tool", "too much"].map(
      (operation) => limit.span(inspected("shop", "", { operation }), originOf("t")).operation,
    );
    expect(operations).toEqual(["made up", "chat", "execute_tool", otherName]);
  });

  it("is logged once per dimension and day, without what it sent", () => {
    const lines: string[] = [];
    const logger = pino(
      new Writable({ write: (line, _, done) => (lines.push(String(line)), done()) }),
    );
    const limit = createSeriesLimit({ maxValues: 1, logger });
    for (const day of [0, 1]) {
      for (const service of ["shop", "secret-a", "secret-b"]) {
        limit.span(inspected(service, ""), originOf("t", noon + day * dayMs));
      }
    }
    const logged = lines.map((line) => JSON.parse(line) as object);
    const expected = ["service", "stream"].map((dimension) => ({ tenant: "t", dimension }));
    expect(logged).toMatchObject([...expected, ...expected]);
    expect(lines.join("")).not.toContain("secret");
  });
});

it("limits pairs of service and environment, whose names are few", () => {
  const limit = createSeriesLimit({ maxValues: 4, logger: silent });
  const streams = Array.from({ length: 16 }, (_, i) => {
    const sent = inspected(`s${i % 4}`, `e${i >> 2}`);
    const { service, environment } = limit.span(sent, originOf("t"));
    return `${service}/${environment}`;
  });
  expect([...new Set(streams)]).toEqual(["s0/e0", "s1/e0", "s2/e0", "s3/e0", "other/other"]);
  expect(limit.takeOverflow().get("stream")).toBe(12);
});

it("cuts long names", () => {
  const limit = createSeriesLimit({ maxValues: 4, logger: silent });
  const { service } = limit.span(inspected("x".repeat(100_000)), originOf("t"));
  expect(service).toBe("x".repeat(256));
});

it("names logs and metrics as spans", () => {
  const limit = createSeriesLimit({ maxValues: 1, logger: silent });
  limit.span(inspected("shop"), originOf("t"));
  const facts = { service: "flood", environment: "test", version: "1" };
  expect(limit.facts(facts, originOf("t"))).toMatchObject({ service: otherName, version: "1" });
  expect(limit.facts({ ...facts, service: "shop" }, originOf("t")).service).toBe("shop");
});
