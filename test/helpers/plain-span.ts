import type { AttributeValue, Span } from "../../core/model/telemetry.ts";

const resource = {
  attributes: new Map<string, AttributeValue>([
    ["service.name", "plain"],
    ["deployment.environment.name", "test"],
    ["service.version", "1"],
  ]),
  schemaUrl: "",
};
const scope = { name: "test", version: "", attributes: new Map(), schemaUrl: "" };

/** An ordinary server span of a minute ago, unique by `number`. */
export function plainSpan(number: number, overrides: Partial<Span> = {}): Span {
  const start = BigInt(Date.now() - 60_000) * 1_000_000n;
  return {
    resource,
    scope,
    traceId: (number + 1).toString(16).padStart(32, "0"),
    spanId: (number + 1).toString(16).padStart(16, "0"),
    parentSpanId: "",
    traceState: "",
    name: "GET /",
    kind: 2,
    startTimeUnixNano: start,
    endTimeUnixNano: start + 5_000_000n,
    attributes: new Map<string, AttributeValue>([["number", number]]),
    events: [],
    links: [],
    statusCode: 0,
    statusMessage: "",
    ...overrides,
  };
}
