import type { Content } from "../../core/model/genai.ts";
import { content, type MessageSource, plainContent } from "./content.ts";
import { readMessage } from "./message.ts";
import { isAnswer, isSystem, messageList } from "./message-list.ts";
import { asText, firstText, items, member, type Node, structured } from "./node.ts";

export { content, type MessageSource } from "./content.ts";

/**
 * Messages of any common shape as contents: OpenTelemetry `{role, parts}`, chat completions
 * `{role, content, tool_calls}`, content blocks `{type: "tool_use" | "tool_result" | …}`, items
 * of the Responses API, LangChain's serialized messages, and whole requests and responses.
 *
 * An agent sends its whole history with every call. Only what comes after the last answer of
 * the model is new; the rest was seen when it was new, so it is left out. System messages stay.
 */
export function readMessages(node: Node, source: MessageSource): Content[] {
  if (typeof node === "string") {
    return node === "" ? [] : [plainContent(node, source)];
  }
  const messages = messageList(node);
  if (messages === null) {
    const text = asText(node);
    return text === "" ? [] : [plainContent(text, source)];
  }
  const fresh = source.side === "input" ? afterLastAnswer(messages) : messages;
  const contents = fresh.flatMap((message) => readMessage(message, source));
  return [
    ...readRequest(node, source.location),
    ...(contents.some(lacksTool) ? withToolNames(contents, messages, source) : contents),
  ];
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

/** Definitions of tools, each as its JSON; some write every one of them as a string. */
export function readDefinitions(node: Node, location: string): Content[] {
  return items(node).map((item) => {
    const definition = typeof item === "string" ? structured(item) : item;
    return content("tool_definition", asText(item), {
      location,
      tool: firstText(member(definition, "function") ?? definition, "name"),
    });
  });
}

/** What a whole request holds beside its messages. */
function readRequest(node: Node, location: string): Content[] {
  if (member(node, "messages") === undefined) {
    return [];
  }
  return [
    ...readSystem(member(node, "system"), location),
    ...readDefinitions(member(node, "tools"), location),
  ];
}

function lacksTool({ direction, tool, toolCallId }: Content): boolean {
  return direction === "tool_result" && tool === "" && toolCallId !== "";
}

/** Most messages with a tool's result carry the id of the call only: the call names the tool. */
function withToolNames(
  contents: readonly Content[],
  messages: readonly Node[],
  source: MessageSource,
): Content[] {
  const tools = new Map<string, string>();
  for (const message of messages) {
    const said = isAnswer(message) ? readMessage(message, { ...source, side: "output" }) : [];
    for (const { direction, toolCallId, tool } of said) {
      if (direction === "tool_call") {
        tools.set(toolCallId, tool);
      }
    }
  }
  return contents.map((each) =>
    lacksTool(each) ? { ...each, tool: tools.get(each.toolCallId) ?? "" } : each,
  );
}

function afterLastAnswer(messages: readonly Node[]): readonly Node[] {
  const last = messages.findLastIndex(isAnswer);
  // A trailing answer is a prefill, not history.
  if (last < 0 || last === messages.length - 1) {
    return messages;
  }
  return messages.filter((message, index) => index > last || isSystem(message));
}
