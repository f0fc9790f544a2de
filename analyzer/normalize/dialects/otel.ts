import type { Content, GenAiRecord } from "../../../core/model/genai.ts";
import type { AttributeMap, LogRecord } from "../../../core/model/telemetry.ts";
import type { Dialect, FieldTable } from "../dialect.ts";
import { content, readMessages, readSystem } from "../messages.ts";
import { asText, firstText, items, member, structured } from "../node.ts";

/** Names of all generations of the OpenTelemetry GenAI conventions, the newest first. */
export const otelFields: FieldTable = {
  operation: ["gen_ai.operation.name"],
  provider: ["gen_ai.provider.name", "gen_ai.system"],
  requestModel: ["gen_ai.request.model"],
  responseModel: ["gen_ai.response.model"],
  conversationId: ["gen_ai.conversation.id", "session.id"],
  agent: ["gen_ai.agent.name", "gen_ai.agent.id"],
  tool: ["gen_ai.tool.name"],
  toolCallId: ["gen_ai.tool.call.id", "gen_ai.tool.call_id"],
  promptName: ["gen_ai.prompt.name", "mcp.prompt.name"],
  promptVersion: ["gen_ai.prompt.version"],
  finishReasons: ["gen_ai.response.finish_reasons"],
  inputTokens: ["gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"],
  outputTokens: ["gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"],
  cacheReadTokens: ["gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens"],
  cacheWriteTokens: [
    "gen_ai.usage.cache_write.input_tokens",
    "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_creation_input_tokens",
  ],
};

/** OpenTelemetry GenAI and MCP conventions, from span events (1.27) to the genai repository. */
export const otel: Dialect = {
  id: "otel",
  marks: [
    "gen_ai.operation.name",
    "gen_ai.provider.name",
    "gen_ai.system",
    "gen_ai.request.model",
    "gen_ai.tool.name",
    "mcp.method.name",
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.prompt",
    "gen_ai.completion",
  ],
  recognizes: (record) => "eventName" in record && record.eventName.startsWith("gen_ai."),
  fields: otelFields,
  adjust: (record, attributes) =>
    record.operation === "" && attributes.get("mcp.method.name") === "tools/call"
      ? { ...record, operation: "execute_tool" }
      : record,
  spanContents: (span, record) => [
    ...attributeContents(span.attributes, record),
    ...span.events.flatMap((event) => eventContents(event.name, event.attributes)),
  ],
  logContents: (log, record) => [
    ...attributeContents(log.attributes, record),
    ...bodyContents(log),
  ],
};

/** Contents that stand in attributes, on spans and on `operation.details` events alike. */
export function attributeContents(attributes: AttributeMap, record: GenAiRecord): Content[] {
  const contents: Content[] = [];
  for (const [location, value] of attributes) {
    switch (location) {
      case "gen_ai.input.messages":
      case "gen_ai.prompt":
        contents.push(...readMessages(structured(value), { location, side: "input" }));
        break;
      case "gen_ai.output.messages":
      case "gen_ai.completion":
        contents.push(...readMessages(structured(value), { location, side: "output" }));
        break;
      case "gen_ai.system_instructions":
        contents.push(...readSystem(structured(value), location));
        break;
      case "gen_ai.tool.call.arguments":
        contents.push(content("tool_call", asText(value), { location, ...callOf(record) }));
        break;
      case "gen_ai.tool.call.result":
        contents.push(content("tool_result", resultText(value), { location, ...callOf(record) }));
        break;
      case "gen_ai.tool.definitions":
        contents.push(...readDefinitions(structured(value), location));
        break;
      case "gen_ai.retrieval.documents":
      case "gen_ai.memory.records":
        contents.push(...readDocuments(structured(value), location));
        break;
      case "gen_ai.retrieval.query.text":
      case "gen_ai.memory.query.text":
        contents.push(content("input", asText(value), { location }));
        break;
      default:
    }
  }
  return contents;
}

function callOf({ tool, toolCallId }: GenAiRecord): { tool: string; toolCallId: string } {
  return { tool, toolCallId };
}

/** MCP results wrap their text in content blocks. */
function resultText(value: Parameters<typeof structured>[0]): string {
  const blocks = items(member(structured(value), "content")).map((block) =>
    firstText(block, "text"),
  );
  const joined = blocks.filter((text) => text !== "").join("\n");
  return joined || asText(value);
}

export function readDefinitions(node: unknown, location: string): Content[] {
  return items(node).map((definition) =>
    content("tool_definition", asText(definition), {
      location,
      tool: firstText(member(definition, "function") ?? definition, "name"),
    }),
  );
}

function readDocuments(node: unknown, location: string): Content[] {
  return items(node)
    .map((document) => firstText(document, "content", "text", "page_content") || asText(document))
    .map((text) => content("retrieved", text, { location }));
}

/** Span events of 1.27 and the message events that some emitters put on spans. */
function eventContents(name: string, attributes: AttributeMap): Content[] {
  switch (name) {
    case "gen_ai.content.prompt":
      return readMessages(structured(attributes.get("gen_ai.prompt")), {
        location: name,
        side: "input",
      });
    case "gen_ai.content.completion":
      return readMessages(structured(attributes.get("gen_ai.completion")), {
        location: name,
        side: "output",
      });
    case "gen_ai.choice":
    case "gen_ai.system.message":
    case "gen_ai.user.message":
    case "gen_ai.assistant.message":
    case "gen_ai.tool.message":
      return messageEvent(name, withParsedMembers(attributes));
    default:
      return [];
  }
}

function withParsedMembers(attributes: AttributeMap): Map<string, unknown> {
  return new Map(
    [...attributes].map(([key, value]) => [key, key === "content" ? value : structured(value)]),
  );
}

/** Log events of 1.28 to 1.36; the payload is the body. */
function bodyContents(log: LogRecord): Content[] {
  if (!log.eventName.startsWith("gen_ai.") || log.body === null) {
    return [];
  }
  if (log.eventName === "gen_ai.client.inference.operation.details") {
    return log.body instanceof Map ? attributeContents(log.body as AttributeMap, noRecord) : [];
  }
  return messageEvent(log.eventName, structured(log.body));
}

const noRecord = { tool: "", toolCallId: "" } as GenAiRecord;

function messageEvent(name: string, body: unknown): Content[] {
  const side = name === "gen_ai.choice" || name === "gen_ai.assistant.message" ? "output" : "input";
  const role = /^gen_ai\.(\w+)\.message$/.exec(name)?.[1] ?? "assistant";
  if (typeof body !== "object" || body === null || member(body, "message") !== undefined) {
    return readMessages(body, { location: name, side });
  }
  const entries: [string, unknown][] =
    body instanceof Map ? [...(body as Map<string, unknown>)] : Object.entries(body);
  const message = new Map<string, unknown>([["role", role], ...entries]);
  return readMessages([message], { location: name, side });
}
