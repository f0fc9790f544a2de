import type { Content, Direction, Verdict } from "../../core/model/genai.ts";
import type { AttributeMap, LogRecord, Span } from "../../core/model/telemetry.ts";
import type { GenAiDraft } from "./draft.ts";

/** Fields of the record that are text. */
export const textFields = [
  "operation",
  "provider",
  "requestModel",
  "responseModel",
  "responseId",
  "conversationId",
  "agent",
  "tool",
  "toolCallId",
  "promptName",
  "promptVersion",
] as const;

/** Fields that are whole numbers; the total only serves the arithmetic. */
export const countFields = [
  "inputTokens",
  "outputTokens",
  "cacheReadTokens",
  "cacheWriteTokens",
  "reasoningTokens",
  "totalTokens",
] as const;

/**
 * Attributes that hold content, by what is in them. `anyInput` and `anyOutput` mean what the
 * operation makes of them: a tool's arguments, a search's query, or messages.
 */
export const contentFields = [
  "systemInstructions",
  "inputMessages",
  "query",
  "documents",
  "toolArguments",
  "toolResult",
  "anyInput",
  "anyOutput",
  "outputMessages",
  "outputText",
  "reasoningText",
  "outputToolCalls",
  "toolDefinitions",
] as const;

export type TextField = (typeof textFields)[number];
export type CountField = (typeof countFields)[number];
export type ContentField = (typeof contentFields)[number];

/** For each field of the record the attributes that may hold it, the preferred one first. */
export type FieldTable = Readonly<
  Record<TextField | CountField | "finishReasons" | "reportedCostUsd", readonly string[]> &
    Partial<Record<ContentField, readonly string[]>>
>;

/** What a dialect's own code may look at. */
export interface Source {
  readonly attributes: AttributeMap;
  readonly scopeName: string;
  /** Of the span, or empty. */
  readonly spanName: string;
  /** Of the log record, or empty. */
  readonly eventName: string;
}

/** Attribute names, each with the direction of the content whose URI it holds. */
export type References = readonly (readonly [name: string, direction: Direction])[];

/** One way of writing GenAI telemetry down. */
export interface Dialect {
  /** `GenAiRecord.convention`. */
  readonly id: string;
  /** A record with any of these attributes is in this dialect. */
  readonly marks: readonly string[];
  /**
   * Scopes whose GenAI records are in this dialect where no attribute marks it; a name that
   * ends in punctuation stands for all that start with it.
   */
  readonly scopes?: readonly string[];
  /** Also true for records that no single attribute marks. */
  readonly recognizes?: (record: Span | LogRecord) => boolean;
  readonly fields: FieldTable;
  /** The sender's operation or span kind to `gen_ai.operation.name`, beside the common ones. */
  readonly operations?: Readonly<Record<string, string>>;
  /** Operations whose spans repeat the contents of the spans below them. */
  readonly repeating?: ReadonlySet<string>;
  /** Attributes that hold the URI of content kept elsewhere, and which way it went. */
  readonly references?: References;
  /** Corrects fields that take more than a rename. */
  readonly adjust?: (draft: GenAiDraft, source: Source) => void;
  /** Contents that the table cannot name, such as flattened lists. */
  readonly moreContents?: (draft: GenAiDraft, source: Source) => Content[];
  readonly moreVerdicts?: (source: Source) => Verdict[];
}

export function firstString(attributes: AttributeMap, keys: readonly string[]): string {
  for (const key of keys) {
    const value = attributes.get(key);
    if (typeof value === "string" && value !== "") {
      return value;
    }
  }
  return "";
}

/** The value as a whole number of at least 0, also written as text; else -1. */
export function countOf(value: unknown): number {
  if (typeof value !== "number" && typeof value !== "bigint" && typeof value !== "string") {
    return -1;
  }
  const number = value === "" ? -1 : Number(value);
  return Number.isSafeInteger(number) && number >= 0 ? number : -1;
}
