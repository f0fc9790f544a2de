import { readFileSync } from "node:fs";
import { join } from "node:path";
import { normalizeSpan } from "../../../analyzer/normalize/normalize.ts";
import type { AttributeValue, Span } from "../../../core/model/telemetry.ts";
import { spanOf } from "../../helpers/otlp-records.ts";
import { countedTokens, scopeOf, spoken } from "./normalized.ts";

/**
 * Spans as the published packages emitted them for one agent run with two model calls and one
 * tool call, and for one embedding: `ai` 6.0.326, `@ai-sdk/otel` 1.0.173, `@langfuse/tracing`
 * 5.11.1, with the packages' own mock models (100 input tokens of which 60 cached, 20 output).
 */
interface RecordedSpan extends Pick<Span, "name" | "kind" | "spanId" | "parentSpanId"> {
  readonly scope: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

function recorded(name: string): Span[] {
  const file = join(import.meta.dirname, "recorded", `${name}.json`);
  const spans = JSON.parse(readFileSync(file, "utf8")) as RecordedSpan[];
  return spans.map(({ scope, attributes, ...rest }) =>
    spanOf(attributes, { ...rest, scope: scopeOf(scope) }),
  );
}

const twoCalls = { input: 200, output: 40, cacheRead: 120, cacheWrite: 0, inferences: 2 };
const oneCall = { input: 100, output: 20, cacheRead: 60, cacheWrite: 0, inferences: 1 };
const oneEmbedding = { input: 7, output: 0, cacheRead: 0, cacheWrite: 0, inferences: 1 };

describe("spans as packages emit them", () => {
  it.each([
    ["ai-sdk-6", twoCalls],
    ["ai-sdk-7-otel", twoCalls],
    ["ai-sdk-7-legacy", twoCalls],
    ["ai-sdk-7-embed", oneEmbedding],
    ["ai-sdk-7-embed-legacy", oneEmbedding],
    ["langfuse", oneCall],
  ])("give the tokens of the model calls: %s", (name, tokens) => {
    expect(countedTokens(recorded(name))).toEqual(tokens);
  });

  it.each(["ai-sdk-6", "ai-sdk-7-otel", "ai-sdk-7-legacy"])("give every word once: %s", (name) => {
    const said = recorded(name)
      .flatMap((span) => spoken(normalizeSpan(span)?.contents))
      .filter(([direction]) => direction !== "tool_definition" && direction !== "system")
      .map((words) => words.join(" "));
    expect(said.toSorted()).toEqual([
      "input Weather? ",
      "output It is sunny. ",
      'tool_call {"city":"Bern"} weather',
      'tool_call {"city":"Bern"} weather',
      'tool_result {"sky":"clear"} weather',
      'tool_result {"sky":"clear"} weather',
    ]);
  });
});
