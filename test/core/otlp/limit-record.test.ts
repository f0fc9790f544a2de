import { createHash } from "node:crypto";
import * as fc from "fast-check";
import type { AttributeValue } from "../../../core/model/telemetry.ts";
import { droppedAttributesKey, limitRecord } from "../../../core/otlp/limit-record.ts";
import { gaugeWith, logWith, nestedValue, resource, spanWith } from "./samples.ts";

const limits = { maxAttributes: 4, maxValueBytes: 300 };

function hash(text: string | Uint8Array): string {
  return createHash("sha256").update(text).digest("hex");
}

function valueOf(value: AttributeValue): AttributeValue | undefined {
  const span = spanWith({ attributes: new Map([["k", value]]) });
  return limitRecord(span, limits).attributes.get("k");
}

/** What is left of a value that is too large. */
function cutOf(value: AttributeValue): string {
  const cut = valueOf(value);
  return typeof cut === "string" ? cut : "";
}

test("an ordinary record is given back itself", () => {
  const span = spanWith({ attributes: new Map([["k", "x".repeat(100)]]) });
  expect(limitRecord(span, limits)).toBe(span);
  const log = logWith({ body: "x".repeat(100) });
  expect(limitRecord(log, limits)).toBe(log);
});

test("text is cut at the limit, with its length and hash", () => {
  const text = "word ".repeat(100);
  const cut = cutOf(text);
  expect(cut).toMatch(/^(word )+…\[truncated, was 500 bytes, sha256:[0-9a-f]{64}\]$/);
  expect(cut).toContain(hash(text));
  expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(limits.maxValueBytes);
});

test("text of exactly the limit stays, of two-byte characters too", () => {
  for (const text of ["x".repeat(300), "é".repeat(150)]) {
    expect(valueOf(text)).toBe(text);
    expect(valueOf(`${text}x`)).toContain("[truncated, was 301 bytes");
  }
});

test("a cut leaves whole characters and no half of a word", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 101, maxLength: 400 }), (text) => {
      const cut = cutOf(text);
      expect(cut.isWellFormed()).toBe(true);
      const [head = ""] = cut.split("…[truncated");
      expect(text.startsWith(head)).toBe(true);
    }),
    { numRuns: 200 },
  );
  const secret = `see ${"x".repeat(180)} AKIA${"Q".repeat(16)} and more ${"y".repeat(200)}`;
  expect(valueOf(secret)).not.toContain("AKIAQ");
});

test("structured values that are too large become the head of their JSON", () => {
  const value = new Map([["parts", ["a".repeat(200), "b".repeat(200)]]]);
  const json = JSON.stringify({ parts: ["a".repeat(200), "b".repeat(200)] });
  const cut = cutOf(value);
  expect(cut).toMatch(/^\{"parts":\["aaa/);
  expect(cut).toContain(hash(json));
  expect(valueOf(new Map([["parts", ["a"]]]))).toEqual(new Map([["parts", ["a"]]]));
});

test("bytes that are too many leave their length and hash", () => {
  const bytes = new Uint8Array(301).fill(7);
  expect(valueOf(bytes)).toBe(`…[truncated, was 301 bytes, sha256:${hash(bytes)}]`);
  expect(valueOf(bytes.subarray(1))).toEqual(bytes.subarray(1));
});

test("attributes beyond the limit are dropped, counted and hashed", () => {
  const entries = Array.from({ length: 6 }, (_, index): [string, string] => [`k${index}`, "v"]);
  const { attributes } = limitRecord(spanWith({ attributes: new Map(entries) }), limits);
  expect([...attributes.keys()]).toEqual(["k0", "k1", "k2", "k3", droppedAttributesKey]);
  expect(attributes.get(droppedAttributesKey)).toBe(
    `2 attributes, sha256:${hash(JSON.stringify(entries.slice(4)))}`,
  );
});

test("every text of a span, a log and a data point is limited", () => {
  const long = "x ".repeat(200);
  const attributes = new Map([[long, long]]);
  const span = limitRecord(
    spanWith({
      resource: { attributes, schemaUrl: long },
      scope: { name: long, version: long, attributes, schemaUrl: long },
      name: long,
      statusMessage: long,
      traceState: long,
      attributes,
      events: [{ timeUnixNano: 1n, name: long, attributes }],
      links: [{ traceId: "", spanId: "", traceState: long, attributes }],
    }),
    limits,
  );
  const log = limitRecord(
    logWith({ body: [long], eventName: long, severityText: long, attributes }),
    limits,
  );
  const point = limitRecord(
    {
      ...gaugeWith({ attributes }),
      metricName: long,
      metricDescription: long,
      metricUnit: long,
      exemplars: [
        { filteredAttributes: attributes, timeUnixNano: 1n, value: 1, traceId: "", spanId: "" },
      ],
    },
    limits,
  );
  for (const text of textsOf([span, log, point])) {
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limits.maxValueBytes);
  }
});

test("records that share a resource go on sharing it", () => {
  const shared = { attributes: new Map([["k", "x ".repeat(300)]]), schemaUrl: "" };
  const [first, second] = [1, 2].map(() => limitRecord(spanWith({ resource: shared }), limits));
  expect(first?.resource).toBe(second?.resource);
  expect(first?.resource).not.toBe(shared);
  expect(limitRecord(spanWith({ resource }), limits).resource).toBe(resource);
});

test("nesting costs no stack", () => {
  expect(() => valueOf(nestedValue(100))).not.toThrow();
});

function textsOf(value: unknown): string[] {
  if (typeof value === "string") {
    return [value];
  }
  if (value instanceof Map) {
    return [...value].flatMap(textsOf);
  }
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [];
}
