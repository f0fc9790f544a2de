import { firstText, member, type Node } from "./node.ts";

/** Members under which requests and responses keep their messages. */
const wrappers = ["messages", "generations", "choices", "candidates", "contents", "input_messages"];

/** Lists in lists, such as LangChain's batches of messages. */
const maxNesting = 4;

/** Members that only a message has. */
const messageMembers = [
  "role",
  "parts",
  "content",
  "contents",
  "message",
  "kwargs",
  "text",
  "tool_calls",
  "type",
  "data",
];

/** The messages in a list, a request or a response; `null` for any other structure. */
export function messageList(node: Node, nesting = 0): readonly Node[] | null {
  if (nesting > maxNesting) {
    return null;
  }
  if (Array.isArray(node)) {
    return node.some(Array.isArray)
      ? node.flatMap((item) => messageList(item, nesting + 1) ?? [item])
      : node;
  }
  if (typeof node !== "object" || node === null) {
    return null;
  }
  for (const wrapper of wrappers) {
    const inner = member(node, wrapper);
    if (Array.isArray(inner)) {
      return messageList(inner, nesting + 1);
    }
  }
  return messageMembers.some((name) => member(node, name) !== undefined) ? [node] : null;
}

/** Role in OpenTelemetry's words, whatever the framework calls it. */
export function roleOf(message: Node): string {
  const name = firstText(message, "role");
  if (name !== "") {
    return roles.get(name) ?? name;
  }
  const id = member(message, "id");
  const className: unknown = Array.isArray(id) ? id.at(-1) : undefined;
  const type = typeof className === "string" ? className : firstText(message, "type");
  return roles.get(type) ?? type;
}

const roles: ReadonlyMap<string, string> = new Map([
  ["human", "user"],
  ["HumanMessage", "user"],
  ["HumanMessageChunk", "user"],
  ["ai", "assistant"],
  ["AIMessage", "assistant"],
  ["AIMessageChunk", "assistant"],
  ["SystemMessage", "system"],
  ["ToolMessage", "tool"],
  ["FunctionMessage", "tool"],
  // Items of the Responses API, which are no messages of anybody.
  ["message", ""],
  ["function_call", "assistant"],
  ["custom_tool_call", "assistant"],
  ["function_call_output", "tool"],
  ["custom_tool_call_output", "tool"],
]);

/** True for what the model said. */
export function isAnswer(message: Node): boolean {
  const role = roleOf(message);
  return role === "assistant" || role === "model";
}

/** True for instructions by the application. */
export function isSystem(message: Node): boolean {
  const role = roleOf(message);
  return role === "system" || role === "developer";
}
