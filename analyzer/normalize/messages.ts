import type { Content, Direction } from "../../core/model/genai.ts";
import { asText, firstText, items, member, type Node } from "./node.ts";

/** Where messages came from and what their plain text stands for. */
export interface MessageSource {
  readonly location: string;
  /** Messages sent to the model, or what it answered. */
  readonly side: "input" | "output";
}

/**
 * Messages of any common shape as contents: OpenTelemetry `{role, parts}`, chat completions
 * `{role, content, tool_calls}`, and content blocks `{type: "tool_use" | "tool_result" | …}`.
 *
 * An agent sends its whole history with every call. Only what comes after the last answer of
 * the model is new; the rest was seen when it was new, so it is left out. System messages stay.
 */
export function readMessages(node: Node, source: MessageSource): Content[] {
  if (typeof node === "string") {
    return node === "" ? [] : [plainContent(node, source)];
  }
  const messages = items(member(node, "messages") ?? node);
  const fresh = source.side === "input" ? afterLastAnswer(messages) : messages;
  return fresh
    .flatMap((message) => readMessage(message, source))
    .map((result) => withToolName(result, messages, source));
}

/** Most messages with a tool's result carry the id of the call only: the call names the tool. */
function withToolName(result: Content, messages: readonly Node[], source: MessageSource): Content {
  const { direction, tool, toolCallId } = result;
  if (direction !== "tool_result" || tool !== "" || toolCallId === "") {
    return result;
  }
  for (const message of messages.toReversed()) {
    const said = isAnswer(message) ? readMessage(message, { ...source, side: "output" }) : [];
    const call = said.find(
      (each) => each.direction === "tool_call" && each.toolCallId === toolCallId,
    );
    if (call !== undefined) {
      return { ...result, tool: call.tool };
    }
  }
  return result;
}

/** All messages of a conversation, each with its own direction. */
export function readConversation(node: Node, location: string): Content[] {
  return items(node).flatMap((message) =>
    readMessage(message, { location, side: isAnswer(message) ? "output" : "input" }),
  );
}

/** Parts without a role, as in `gen_ai.system_instructions`. */
export function readSystem(node: Node, location: string): Content[] {
  const parts = typeof node === "string" ? [node] : items(node);
  return parts
    .map((part) => (typeof part === "string" ? part : firstText(part, "content", "text")))
    .filter((text) => text !== "")
    .map((text) => content("system", text, { role: "system", location }));
}

/** One content with the fields that are known; the others are empty. */
export function content(
  direction: Direction,
  text: string,
  rest: Partial<Omit<Content, "direction" | "text">> & { readonly location: string },
): Content {
  return { direction, text, role: "", tool: "", toolCallId: "", ...rest };
}

function plainContent(text: string, { side, location }: MessageSource): Content {
  return content(side, text, { role: side === "input" ? "user" : "assistant", location });
}

function afterLastAnswer(messages: readonly Node[]): readonly Node[] {
  const last = messages.findLastIndex(isAnswer);
  // A trailing answer is a prefill, not history.
  if (last < 0 || last === messages.length - 1) {
    return messages;
  }
  return messages.filter((message, index) => index > last || isSystem(message));
}

function isAnswer(message: Node): boolean {
  const role = member(message, "role");
  return role === "assistant" || role === "model" || role === "ai";
}

function isSystem(message: Node): boolean {
  const role = member(message, "role");
  return role === "system" || role === "developer";
}

interface Speaker extends MessageSource {
  readonly role: string;
  readonly direction: Direction;
  readonly message: Node;
}

function readMessage(message: Node, source: MessageSource): Content[] {
  if (typeof message === "string") {
    return [plainContent(message, source)];
  }
  const wrapped = member(message, "message");
  if (typeof wrapped === "object" && wrapped !== null) {
    return [...readMessage(wrapped, source), ...readToolCalls(message, source.location)];
  }
  const role = firstText(message, "role", "type");
  const speaker = { ...source, role, message, direction: directionOf(role, source.side) };
  const body =
    member(message, "parts") ?? member(message, "content") ?? member(message, "contents");
  const parts = typeof body === "string" ? [body] : items(body);
  return [
    ...parts.flatMap((part) => readPart(part, speaker)),
    ...readToolCalls(message, source.location),
  ];
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

function readPart(part: Node, speaker: Speaker): Content[] {
  const { location, role, direction } = speaker;
  const type = typeof part === "string" ? "text" : firstText(part, "type");
  switch (type) {
    case "tool_call":
    case "tool_use":
    case "server_tool_call":
    case "tool-call":
      return speaker.side === "input" ? [] : [toolCall(part, location)];
    case "tool_call_response":
    case "tool_result":
    case "server_tool_call_response":
    case "tool-result":
      return [toolResult(part, speaker)];
    case "blob":
    case "image":
    case "image_url":
    case "file":
      return [];
    default: {
      const text = typeof part === "string" ? part : textOf(part);
      const toolCallId = firstText(speaker.message, "tool_call_id", "id");
      const tool = direction === "tool_result" ? firstText(speaker.message, "name") : "";
      return text === "" ? [] : [content(direction, text, { role, location, tool, toolCallId })];
    }
  }
}

function textOf(part: Node): string {
  return firstText(part, "content", "text", "reasoning", "uri") || asText(member(part, "content"));
}

function toolCall(part: Node, location: string): Content {
  const inner = member(part, "function") ?? member(part, "server_tool_call") ?? part;
  const input = member(inner, "arguments") ?? member(inner, "input") ?? member(inner, "args");
  return content("tool_call", asText(input), {
    role: "assistant",
    location,
    tool: firstText(inner, "name", "toolName") || firstText(part, "name"),
    toolCallId: firstText(part, "id", "toolCallId"),
  });
}

function toolResult(part: Node, { location, message }: Speaker): Content {
  const keys = ["response", "result", "content", "output", "server_tool_call_response"];
  const found = keys.map((key) => member(part, key)).find((value) => value !== undefined);
  const texts = items(found).map((item) => firstText(item, "text"));
  const text =
    texts.length > 0 && texts.every((item) => item !== "") ? texts.join("\n") : asText(found);
  return content("tool_result", text, {
    role: "tool",
    location,
    tool: firstText(part, "name", "toolName") || firstText(message, "name"),
    toolCallId: firstText(part, "id", "tool_use_id", "toolCallId"),
  });
}

function readToolCalls(message: Node, location: string): Content[] {
  const calls = items(member(message, "tool_calls"));
  return calls.map((call) => toolCall(member(call, "tool_call") ?? call, location));
}
