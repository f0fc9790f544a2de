import type { Content } from "../../core/model/genai.ts";
import type { AttributeValue } from "../../core/model/telemetry.ts";
import { content, type MessageSource } from "./content.ts";
import type { ContentField } from "./dialect.ts";
import type { GenAiDraft } from "./draft.ts";
import { readDefinitions, readMessages, readSystem } from "./messages.ts";
import { asText, firstText, items, member, structured } from "./node.ts";
import { createRepeatedReader } from "./repeated-reader.ts";
import { readTextMessage } from "./text-message.ts";

/** Contents of one attribute. */
type Reader = (value: AttributeValue, location: string, draft: GenAiDraft) => Content[];

/** Instructions and definitions are the same text in every call of an agent. */
const readRepeatedSystem = createRepeatedReader((text, location) =>
  readSystem(structured(text), location),
);
const readRepeatedDefinitions = createRepeatedReader((text, location) =>
  readDefinitions(structured(text), location),
);

const readers: Readonly<Record<ContentField, Reader>> = {
  systemInstructions: (value, location) =>
    typeof value === "string" ? readRepeatedSystem(value, location) : readSystem(value, location),
  inputMessages: (value, location) => messages(value, { location, side: "input" }),
  outputMessages: (value, location) => messages(value, { location, side: "output" }),
  outputText: (value, location) => [
    content("output", asText(value), { location, role: "assistant" }),
  ],
  reasoningText: (value, location) => [
    content("output", asText(value), { location, role: "assistant" }),
  ],
  outputToolCalls: (value, location) =>
    readMessages([{ role: "assistant", tool_calls: structured(value) }], {
      location,
      side: "output",
    }),
  query: (value, location) => [content("input", asText(value), { location, role: "user" })],
  documents: (value, location) => readDocuments(value, location),
  toolArguments: (value, location, { tool, toolCallId }) => [
    content("tool_call", asText(value), { location, tool, toolCallId }),
  ],
  toolResult: (value, location, { tool, toolCallId }) => [
    content("tool_result", resultText(value), { location, tool, toolCallId, role: "tool" }),
  ],
  anyInput: (value, location, draft) => readers[inputOf(draft.operation)](value, location, draft),
  anyOutput: (value, location, draft) => readers[outputOf(draft.operation)](value, location, draft),
  toolDefinitions: (value, location) => definitions(value, location),
};

/**
 * Reads one content attribute, in any encoding: JSON text, a structured value, cut-off JSON or
 * plain text.
 */
export function readContent(
  field: ContentField,
  value: AttributeValue,
  location: string,
  draft: GenAiDraft,
): Content[] {
  return readers[field](value, location, draft);
}

function definitions(value: AttributeValue, location: string): Content[] {
  if (typeof value === "string") {
    return readRepeatedDefinitions(value, location);
  }
  // The AI SDK writes an array with each definition as a string.
  return Array.isArray(value) && value.every((item) => typeof item === "string")
    ? value.flatMap((item) => readRepeatedDefinitions(item, location))
    : readDefinitions(value, location);
}

function messages(value: AttributeValue, source: MessageSource): Content[] {
  const plain = typeof value === "string" ? readTextMessage(value, source) : null;
  return plain === null ? readMessages(structured(value), source) : [plain];
}

function inputOf(operation: string): "toolArguments" | "query" | "inputMessages" {
  if (operation === "execute_tool") {
    return "toolArguments";
  }
  return operation === "retrieval" || operation === "search_memory" ? "query" : "inputMessages";
}

function outputOf(operation: string): "toolResult" | "documents" | "outputMessages" {
  if (operation === "execute_tool") {
    return "toolResult";
  }
  return operation === "retrieval" || operation === "rerank" || operation === "search_memory"
    ? "documents"
    : "outputMessages";
}

/** MCP results wrap their text in content blocks. */
function resultText(value: AttributeValue): string {
  const node = structured(value);
  const blocks = items(member(node, "content") ?? (Array.isArray(node) ? node : undefined)).map(
    (block) => firstText(block, "text"),
  );
  const isText = blocks.length > 0 && blocks.every((text) => text !== "");
  return isText ? blocks.join("\n") : asText(value);
}

function readDocuments(value: AttributeValue, location: string): Content[] {
  const node = structured(value);
  if (typeof node === "string") {
    return [content("retrieved", node, { location })];
  }
  const list = member(node, "documents") ?? node;
  return items(list).map((document) =>
    content("retrieved", typeof document === "string" ? document : documentText(document), {
      location,
    }),
  );
}

function documentText(document: unknown): string {
  return (
    firstText(document, "content", "text", "page_content", "pageContent", "document") ||
    asText(document)
  );
}
