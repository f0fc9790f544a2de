import type { GenAiRecord } from "../../core/model/genai.ts";
import type { AttributeMap, LogRecord, Span } from "../../core/model/telemetry.ts";
import { type Dialect, readFields } from "./dialect.ts";
import { aiSdk } from "./dialects/ai-sdk.ts";
import { codingAgents } from "./dialects/coding-agents.ts";
import { openinference } from "./dialects/openinference.ts";
import { openllmetry } from "./dialects/openllmetry.ts";
import { otel } from "./dialects/otel.ts";

/** Every dialect; the first that recognizes a record reads it, so the plainest comes last. */
export const dialects: readonly Dialect[] = [openinference, openllmetry, aiSdk, codingAgents, otel];

/** The canonical record of a GenAI or agent span, or `null` for any other span. */
export function normalizeSpan(span: Span): GenAiRecord | null {
  const dialect = dialectOf(span, span.attributes);
  if (dialect === undefined) {
    return null;
  }
  const record = readFields(dialect, span.attributes);
  return { ...record, contents: withText(dialect.spanContents(span, record)) };
}

/** The canonical record of a GenAI log event, or `null` for any other log record. */
export function normalizeLog(log: LogRecord): GenAiRecord | null {
  const dialect = dialectOf(log, log.attributes);
  if (dialect === undefined || dialect.logContents === undefined) {
    return null;
  }
  const record = readFields(dialect, log.attributes);
  return { ...record, contents: withText(dialect.logContents(log, record)) };
}

function dialectOf(record: Span | LogRecord, attributes: AttributeMap): Dialect | undefined {
  return dialects.find(
    (dialect) =>
      dialect.marks.some((mark) => attributes.has(mark)) || dialect.recognizes?.(record) === true,
  );
}

function withText(contents: GenAiRecord["contents"]): GenAiRecord["contents"] {
  return contents.every(({ text }) => text !== "")
    ? contents
    : contents.filter(({ text }) => text !== "");
}
