import { normalizeSpan } from "../../../analyzer/normalize/normalize.ts";
import { type Content, type GenAiRecord, inferenceOperations } from "../../../core/model/genai.ts";
import type { AttributeValue, Span } from "../../../core/model/telemetry.ts";
import { spanOf } from "../../helpers/otlp-records.ts";

export type Attributes = Readonly<Record<string, AttributeValue>>;

/** The record of a span with these attributes; throws if it is none of ours. */
export function normalized(attributes: Attributes, rest: Partial<Span> = {}): GenAiRecord {
  const record = normalizeSpan(spanOf(attributes, rest));
  if (record === null) {
    throw new Error("expected a GenAI record, got null");
  }
  return record;
}

/** Direction, text and tool of each content. */
export function spoken(contents: readonly Content[] = []): [string, string, string][] {
  return contents.map(({ direction, text, tool }) => [direction, text, tool]);
}

/** A scope of this name. */
export function scopeOf(name: string, schemaUrl = ""): Span["scope"] {
  return { name, version: "1", attributes: new Map(), schemaUrl };
}

export interface TokenSums {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly inferences: number;
}

/** Tokens of a trace as the windows count them: those of inference operations and of unknown ones. */
export function countedTokens(spans: readonly Span[]): TokenSums {
  const sums = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, inferences: 0 };
  for (const record of spans.map(normalizeSpan)) {
    const tokens = (record?.inputTokens ?? 0) + (record?.outputTokens ?? 0);
    const isCounted = record?.operation === "" || inferenceOperations.has(record?.operation ?? "-");
    if (record !== null && isCounted && tokens > 0) {
      sums.input += record.inputTokens;
      sums.output += record.outputTokens;
      sums.cacheRead += record.cacheReadTokens;
      sums.cacheWrite += record.cacheWriteTokens;
      sums.inferences += 1;
    }
  }
  return sums;
}

/** JSON as the decoder gives structured OTLP values: Maps and arrays. */
export function toValue(json: unknown): AttributeValue {
  if (Array.isArray(json)) {
    return json.map(toValue);
  }
  if (typeof json === "object" && json !== null) {
    return new Map(Object.entries(json).map(([key, value]) => [key, toValue(value)]));
  }
  return json as AttributeValue;
}
