import type { Content, Direction } from "../../core/model/genai.ts";
import { content, type MessageSource, plainContent } from "./content.ts";
import { roleOf } from "./message-list.ts";
import { asText, firstText, items, member, type Node } from "./node.ts";

/** Who speaks and how his text is to be read. */
interface Speaker extends MessageSource {
  readonly role: string;
  readonly direction: Direction;
  readonly message: Node;
}

/** Messages in messages; hostile ones are deeper. */
const maxWrapping = 3;

/** Contents of one message, of any common shape. */
export function readMessage(message: Node, source: MessageSource, wrapping = 0): Content[] {
  if (typeof message === "string") {
    return [plainContent(message, source)];
  }
  const wrapped = wrapping < maxWrapping ? wrappedMessage(message) : undefined;
  if (wrapped !== undefined) {
    return [
      ...readMessage(wrapped, source, wrapping + 1),
      ...readToolCalls(message, source.location),
    ];
  }
  const role = roleOf(message);
  const speaker = { ...source, role, message, direction: directionOf(role, source.side) };
  const contents: Content[] = [];
  for (const part of partsOf(message)) {
    readPart(part, speaker, contents);
  }
  const calls = member(message, "tool_calls") ?? member(message, "function_call");
  return calls === undefined ? contents : [...contents, ...readToolCalls(message, source.location)];
}

/** The message inside of a choice, a candidate, or LangChain's `{id, kwargs}` and `{type, data}`. */
function wrappedMessage(message: Node): Node {
  for (const name of ["message", "kwargs", "data", "content"]) {
    const inner = member(message, name);
    const isMessage =
      typeof inner === "object" && inner !== null && !Array.isArray(inner) && hasSpeech(inner);
    if (isMessage) {
      return firstText(inner, "role") === "" ? withRole(inner, roleOf(message)) : inner;
    }
  }
  return undefined;
}

function hasSpeech(node: Node): boolean {
  return ["role", "content", "parts", "tool_calls", "kwargs"].some(
    (name) => member(node, name) !== undefined,
  );
}

function withRole(inner: Node, role: string): Node {
  const entries = inner instanceof Map ? [...inner] : Object.entries(inner as object);
  return new Map<unknown, unknown>([...entries, ["role", role]]);
}

function partsOf(message: Node): readonly Node[] {
  if (Array.isArray(message)) {
    return [asText(message)];
  }
  const body =
    member(message, "parts") ?? member(message, "content") ?? member(message, "contents");
  if (typeof body === "string") {
    return [body];
  }
  if (body === undefined && kindOfPart(message) !== "text") {
    // An item of the Responses API is a part by itself.
    return [message];
  }
  if (body === undefined || body === null) {
    const text = firstText(message, ...textMembers);
    return text === "" ? [] : [text];
  }
  return items(body);
}

function directionOf(role: string, side: MessageSource["side"]): Direction {
  switch (role) {
    case "system":
    case "developer":
      return "system";
    case "tool":
    case "function":
      return "tool_result";
    default:
      return side;
  }
}

type PartKind = "call" | "result" | "media" | "text";

/** Kinds of parts by their `type`; all others are read as text. */
const partKinds: ReadonlyMap<string, PartKind> = new Map([
  ["tool_call", "call"],
  ["tool_use", "call"],
  ["tool-call", "call"],
  ["server_tool_call", "call"],
  ["server_tool_use", "call"],
  ["mcp_tool_use", "call"],
  ["function_call", "call"],
  ["custom_tool_call", "call"],
  ["tool_call_response", "result"],
  ["tool_result", "result"],
  ["tool-result", "result"],
  ["server_tool_call_response", "result"],
  ["web_search_tool_result", "result"],
  ["mcp_tool_result", "result"],
  ["function_call_output", "result"],
  ["custom_tool_call_output", "result"],
  ["blob", "media"],
  ["image", "media"],
  ["image_url", "media"],
  ["file", "media"],
  ["audio", "media"],
  ["input_image", "media"],
  ["input_audio", "media"],
  ["input_file", "media"],
  ["redacted_thinking", "media"],
]);

/** Parts without a `type`, as Gemini and Bedrock write them: the member that holds the call. */
const callMembers = ["functionCall", "function_call", "toolUse"];
const resultMembers = ["functionResponse", "function_response", "toolResult"];

function kindOfPart(part: Node): PartKind {
  return partKinds.get(firstText(part, "type")) ?? "text";
}

function readPart(part: Node, speaker: Speaker, contents: Content[]): void {
  if (typeof part === "string") {
    pushText(part, speaker, contents);
    return;
  }
  const call = firstMember(part, callMembers);
  const result = firstMember(part, resultMembers);
  const kind = kindOfPart(part);
  if (kind === "call" || call !== undefined) {
    if (speaker.side === "output") {
      contents.push(toolCall(call ?? part, speaker.location));
    }
  } else if (kind === "result" || result !== undefined) {
    contents.push(toolResult(result ?? part, speaker));
  } else if (kind === "media") {
    pushText(firstText(part, "transcript"), speaker, contents);
  } else {
    pushText(textOf(part), speaker, contents);
  }
}

function pushText(text: string, speaker: Speaker, contents: Content[]): void {
  if (text === "") {
    return;
  }
  const { location, role, direction, message } = speaker;
  const isResult = direction === "tool_result";
  contents.push({
    direction,
    role,
    text,
    tool: isResult ? firstText(message, "name") : "",
    toolCallId: isResult ? firstText(message, "tool_call_id", "call_id", "id") : "",
    location,
  });
}

const textMembers = [
  "content",
  "text",
  "reasoning",
  "thinking",
  "refusal",
  "transcript",
  "uri",
] as const;

/** Text of a part; a part of an unknown kind is kept as its JSON. */
function textOf(part: Node): string {
  return firstText(part, ...textMembers) || asText(part);
}

function firstMember(node: Node, names: readonly string[]): Node {
  for (const name of names) {
    const value = member(node, name);
    if (typeof value === "object" && value !== null) {
      return value;
    }
  }
  return undefined;
}

function toolCall(part: Node, location: string): Content {
  const inner = member(part, "function") ?? member(part, "server_tool_call") ?? part;
  const input = ["arguments", "input", "args"]
    .map((name) => member(inner, name))
    .find((value) => value !== undefined);
  return content("tool_call", asText(input), {
    role: "assistant",
    location,
    tool: firstText(inner, "name", "toolName") || firstText(part, "name"),
    toolCallId: firstText(part, "call_id", "id", "toolCallId", "toolUseId"),
  });
}

function toolResult(part: Node, { location, message }: Speaker): Content {
  const keys = ["response", "result", "content", "output", "server_tool_call_response"];
  const found = keys.map((key) => member(part, key)).find((value) => value !== undefined);
  // The AI SDK wraps results as `{type: "text" | "json", value}`.
  const value = typeof member(found, "type") === "string" ? member(found, "value") : undefined;
  return content("tool_result", resultText(value ?? found), {
    role: "tool",
    location,
    tool: firstText(part, "name", "toolName") || firstText(message, "name"),
    toolCallId: firstText(part, "call_id", "tool_use_id", "id", "toolCallId", "toolUseId"),
  });
}

/** The text of content blocks where all are text, else the JSON. */
function resultText(node: Node): string {
  const texts = items(node).map((item) => firstText(item, "text"));
  const isText = texts.length > 0 && texts.every((text) => text !== "");
  return isText ? texts.join("\n") : asText(node);
}

function readToolCalls(message: Node, location: string): Content[] {
  const calls = items(member(message, "tool_calls") ?? member(message, "function_call"));
  return calls.map((call) => toolCall(member(call, "tool_call") ?? call, location));
}
