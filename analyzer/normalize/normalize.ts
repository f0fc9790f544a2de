import type { Content, GenAiRecord, Verdict } from "../../core/model/genai.ts";
import type {
  AttributeMap,
  LogRecord,
  Scope,
  Span,
  SpanEvent,
} from "../../core/model/telemetry.ts";
import { content } from "./content.ts";
import { createDetection } from "./detect-dialect.ts";
import type { Dialect, References, Source } from "./dialect.ts";
import { aiSdk } from "./dialects/ai-sdk.ts";
import { codingAgents } from "./dialects/coding-agents.ts";
import { langfuse } from "./dialects/langfuse.ts";
import { langsmith } from "./dialects/langsmith.ts";
import { mcp } from "./dialects/mcp.ts";
import { openinference } from "./dialects/openinference.ts";
import { openllmetry } from "./dialects/openllmetry.ts";
import { otel } from "./dialects/otel.ts";
import type { GenAiDraft } from "./draft.ts";
import { eventContents, logBodyContents } from "./events.ts";
import { generationOf, otelConventions } from "./generation.ts";
import { inferOperation, operationNames } from "./operation.ts";
import { canonicalProvider } from "./provider.ts";
import { readContent } from "./read-contents.ts";
import {
  type FoundFields,
  fieldIndex,
  findFields,
  foundContents,
  type Slots,
  slotsOf,
} from "./read-fields.ts";
import { makeInclusive } from "./tokens.ts";
import { readVerdicts } from "./verdicts.ts";

/** Every dialect; of those that mark a record the first reads it, so the plainest comes last. */
export const dialects: readonly Dialect[] = [
  aiSdk,
  openinference,
  openllmetry,
  langsmith,
  langfuse,
  codingAgents,
  mcp,
  otel,
];

/** A dialect ready for use. */
interface Prepared {
  readonly dialect: Dialect;
  readonly slots: Slots;
  readonly operations: ReadonlyMap<string, string>;
}

const prepared: readonly Prepared[] = dialects.map((dialect) => ({
  dialect,
  slots: slotsOf(dialect),
  operations: operationNames(dialect.operations),
}));

const detect = createDetection(dialects);

/** The canonical record of a GenAI or agent span, or `null` for any other span. */
export function normalizeSpan(span: Span): GenAiRecord | null {
  const chosen = prepared[detect(span)];
  if (chosen === undefined) {
    return null;
  }
  const { scope, attributes, events, name } = span;
  const source = { attributes, scopeName: scope.name, spanName: name, eventName: "" };
  const { record, found } = readRecord(chosen, scope, source);
  let contents = readContents(chosen.dialect, found, record, source);
  if (events.length > 0) {
    contents = contents.concat(events.flatMap((event) => eventContents(event)));
    record.verdicts = record.verdicts.concat(events.flatMap((event) => eventVerdicts(event)));
  }
  return finish(chosen.dialect, record, contents, source);
}

/** The canonical record of a GenAI log event, or `null` for any other log record. */
export function normalizeLog(log: LogRecord): GenAiRecord | null {
  const chosen = prepared[detect(log)];
  if (chosen === undefined) {
    return null;
  }
  const { scope, attributes, eventName } = log;
  const source = { attributes, scopeName: scope.name, spanName: "", eventName };
  const { record, found } = readRecord(chosen, scope, source);
  const contents = readContents(chosen.dialect, found, record, source).concat(
    logBodyContents(log, (body) => bodyContents(chosen, body, record)),
  );
  return finish(chosen.dialect, record, contents, source);
}

/** Contents of an event whose attributes came as its body. */
function bodyContents(
  { dialect, slots }: Prepared,
  body: AttributeMap,
  record: GenAiDraft,
): Content[] {
  const source = { attributes: body, scopeName: "", spanName: "", eventName: "" };
  return readContents(dialect, findFields(slots, body), record, source);
}

function readRecord(
  { dialect, slots, operations }: Prepared,
  scope: Scope,
  source: Source,
): { record: GenAiDraft; found: FoundFields } {
  const found = findFields(slots, source.attributes);
  const record = draftOf(found);
  record.convention = conventionOf(dialect, scope, found);
  record.operation = operations.get(record.operation) ?? record.operation;
  dialect.adjust?.(record, source);
  if (record.operation === "" && source.eventName === "") {
    record.operation = inferOperation(record, source.spanName, found.hasContent);
  }
  makeInclusive(record);
  record.verdicts = verdictsOf(dialect, found, source);
  return { record, found };
}

const nothing: readonly never[] = [];

function draftOf({ values }: FoundFields): GenAiDraft {
  function text(field: number): string {
    return (values[field] as string | undefined) ?? "";
  }

  function count(field: number): number {
    return (values[field] as number | undefined) ?? 0;
  }

  return {
    convention: "",
    operation: text(fieldIndex.operation),
    provider: canonicalProvider(text(fieldIndex.provider)),
    requestModel: text(fieldIndex.requestModel),
    responseModel: text(fieldIndex.responseModel),
    responseId: text(fieldIndex.responseId),
    conversationId: text(fieldIndex.conversationId),
    agent: text(fieldIndex.agent),
    tool: text(fieldIndex.tool),
    toolCallId: text(fieldIndex.toolCallId),
    promptName: text(fieldIndex.promptName),
    promptVersion: text(fieldIndex.promptVersion),
    finishReasons: (values[fieldIndex.finishReasons] as readonly string[] | undefined) ?? nothing,
    inputTokens: count(fieldIndex.inputTokens),
    outputTokens: count(fieldIndex.outputTokens),
    cacheReadTokens: count(fieldIndex.cacheReadTokens),
    cacheWriteTokens: count(fieldIndex.cacheWriteTokens),
    reasoningTokens: count(fieldIndex.reasoningTokens),
    reportedCostUsd: (values[fieldIndex.reportedCostUsd] as number | undefined) ?? null,
    contents: nothing,
    verdicts: nothing,
    totalTokens: count(fieldIndex.totalTokens),
    leavesCacheOut: false,
  };
}

function conventionOf(dialect: Dialect, scope: Scope, { generation }: FoundFields): string {
  if (dialect !== otel) {
    return dialect.id;
  }
  const named = generationOf(scope);
  return otelConventions[named >= 0 ? named : generation] ?? otelConventions[1];
}

function readContents(
  dialect: Dialect,
  found: FoundFields,
  record: GenAiDraft,
  source: Source,
): Content[] {
  if (dialect.repeating?.has(record.operation)) {
    return [];
  }
  let contents: Content[] = [];
  if (found.hasContent) {
    for (const { field, value, location } of foundContents(found)) {
      const more = readContent(field, value, location, record);
      contents = contents.length === 0 ? more : contents.concat(more);
    }
  }
  return dialect.moreContents === undefined
    ? contents
    : contents.concat(dialect.moreContents(record, source));
}

function verdictsOf(dialect: Dialect, found: FoundFields, source: Source): readonly Verdict[] {
  const own = found.hasVerdict ? readVerdicts(source.attributes) : nothing;
  const more = dialect.moreVerdicts?.(source) ?? nothing;
  return more.length === 0 ? own : [...own, ...more];
}

function eventVerdicts({ name, attributes }: SpanEvent): readonly Verdict[] {
  const mayHold = name.startsWith("gen_ai.") || name.startsWith("agent.threat.");
  return mayHold ? readVerdicts(attributes) : nothing;
}

function finish(
  { references }: Dialect,
  record: GenAiDraft,
  contents: Content[],
  { attributes }: Source,
): GenAiRecord {
  const kept = contents.every(hasText) ? contents : contents.filter(hasText);
  record.contents =
    references === undefined ? kept : kept.concat(elsewhere(references, attributes));
  return record;
}

function hasText({ text }: Content): boolean {
  return text !== "";
}

const maxUri = 2048;

/** Content that is kept elsewhere: no text, and the URI as its location. */
function elsewhere(references: References, attributes: AttributeMap): Content[] {
  const contents: Content[] = [];
  for (const [name, direction] of references) {
    const uri = attributes.get(name);
    if (typeof uri === "string" && uri !== "") {
      contents.push(content(direction, "", { location: uri.slice(0, maxUri) }));
    }
  }
  return contents;
}
