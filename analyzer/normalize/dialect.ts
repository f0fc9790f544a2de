import type { Content, GenAiRecord } from "../../core/model/genai.ts";
import type { AttributeMap, LogRecord, Span } from "../../core/model/telemetry.ts";

type TextField =
  | "operation"
  | "provider"
  | "requestModel"
  | "responseModel"
  | "conversationId"
  | "agent"
  | "tool"
  | "toolCallId"
  | "promptName"
  | "promptVersion";

type CountField = "inputTokens" | "outputTokens" | "cacheReadTokens" | "cacheWriteTokens";

/** For each field of the record the attributes that may hold it, the preferred one first. */
export type FieldTable = Readonly<
  Record<TextField | CountField | "finishReasons", readonly string[]>
>;

/** One way of writing GenAI telemetry down. */
export interface Dialect {
  /** `GenAiRecord.convention`. */
  readonly id: string;
  /** A record with any of these attributes is in this dialect. */
  readonly marks: readonly string[];
  /** Also true for records that no single attribute marks. */
  readonly recognizes?: (record: Span | LogRecord) => boolean;
  readonly fields: FieldTable;
  /** Corrects fields that take more than a rename. */
  readonly adjust?: (record: GenAiRecord, attributes: AttributeMap) => GenAiRecord;
  readonly spanContents: (span: Span, record: GenAiRecord) => Content[];
  readonly logContents?: (log: LogRecord, record: GenAiRecord) => Content[];
}

/** Reads the fields of a dialect's table; contents are added by the caller. */
export function readFields(dialect: Dialect, attributes: AttributeMap): GenAiRecord {
  const { fields } = dialect;

  function text(field: TextField): string {
    return firstString(attributes, fields[field]);
  }

  function count(field: CountField): number {
    return firstCount(attributes, fields[field]);
  }

  const cacheReadTokens = count("cacheReadTokens");
  const cacheWriteTokens = count("cacheWriteTokens");
  const record: GenAiRecord = {
    convention: dialect.id,
    operation: text("operation"),
    provider: canonicalProvider(text("provider")),
    requestModel: text("requestModel"),
    responseModel: text("responseModel"),
    conversationId: text("conversationId"),
    agent: text("agent"),
    tool: text("tool"),
    toolCallId: text("toolCallId"),
    promptName: text("promptName"),
    promptVersion: text("promptVersion"),
    finishReasons: strings(attributes, fields.finishReasons),
    inputTokens: withCached(count("inputTokens"), cacheReadTokens + cacheWriteTokens),
    outputTokens: count("outputTokens"),
    cacheReadTokens,
    cacheWriteTokens,
    contents: [],
  };
  return dialect.adjust?.(record, attributes) ?? record;
}

/**
 * Input tokens with the cached ones counted in. Anthropic's own count leaves them out, and some
 * instrumentations pass it on; a total smaller than its part shows that they did.
 */
function withCached(inputTokens: number, cachedTokens: number): number {
  return cachedTokens > inputTokens ? inputTokens + cachedTokens : inputTokens;
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

/** The first value that is a whole number of at least 0, also written as text; else 0. */
export function firstCount(attributes: AttributeMap, keys: readonly string[]): number {
  for (const key of keys) {
    const value = attributes.get(key);
    if (value !== undefined && value !== null && typeof value !== "object" && value !== "") {
      const number = Number(value);
      return Number.isSafeInteger(number) && number >= 0 ? number : 0;
    }
  }
  return 0;
}

function strings(attributes: AttributeMap, keys: readonly string[]): readonly string[] {
  for (const key of keys) {
    const value = attributes.get(key);
    if (typeof value === "string") {
      return [value];
    }
    if (Array.isArray(value)) {
      return value.filter((item): item is string => typeof item === "string");
    }
  }
  return [];
}

/** Old and vendor spellings of `gen_ai.provider.name`. */
const providers: ReadonlyMap<string, string> = new Map([
  ["vertex_ai", "gcp.vertex_ai"],
  ["vertexai", "gcp.vertex_ai"],
  ["google_vertexai", "gcp.vertex_ai"],
  ["gemini", "gcp.gemini"],
  ["google", "gcp.gemini"],
  ["az.ai.inference", "azure.ai.inference"],
  ["az.ai.openai", "azure.ai.openai"],
  ["azure", "azure.ai.openai"],
  ["xai", "x_ai"],
  ["bedrock", "aws.bedrock"],
  ["aws", "aws.bedrock"],
  ["mistralai", "mistral_ai"],
  ["watsonx", "ibm.watsonx.ai"],
]);

function canonicalProvider(name: string): string {
  const lower = name.toLowerCase();
  const known = providers.get(lower);
  if (known !== undefined) {
    return known;
  }
  // The AI SDK writes `openai.chat` or `anthropic.messages`.
  return lower.replace(/\.(?:chat|messages|responses|completion|embedding)$/, "");
}
