import type { Content } from "../../core/model/genai.ts";
import type {
  AttributeMap,
  AttributeValue,
  LogRecord,
  SpanEvent,
} from "../../core/model/telemetry.ts";
import { content } from "./content.ts";
import { readMessages } from "./messages.ts";
import { asText, firstText, items, member, structured } from "./node.ts";

/** Contents of span events: those of 1.27, and the message events that some put on spans. */
export function eventContents({ name, attributes }: SpanEvent): Content[] {
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
    case "db.query.result":
      // OpenLLMetry: one event for each document that a vector search found.
      return [
        content("retrieved", asText(attributes.get("db.query.result.document")), {
          location: name,
        }),
      ];
    case "gen_ai.choice":
    case "gen_ai.system.message":
    case "gen_ai.user.message":
    case "gen_ai.assistant.message":
    case "gen_ai.tool.message":
      // Azure's libraries put the whole message into one attribute.
      return messageEvent(
        name,
        structured(attributes.get("gen_ai.event.content")) ?? withParsedMembers(attributes),
      );
    case "gen_ai.client.inference.operation.details":
      return detailsContents(attributes);
    default:
      return [];
  }
}

/** Contents of an attribute with a list of message events, as Pydantic AI writes it. */
export function eventListContents(value: AttributeValue): Content[] {
  return items(structured(value)).flatMap((event) => {
    const name = firstText(event, "event.name");
    return messageEvents.test(name) ? messageEvent(name, event) : [];
  });
}

function detailsContents(attributes: AttributeMap): Content[] {
  const input = structured(attributes.get("gen_ai.input.messages"));
  const output = structured(attributes.get("gen_ai.output.messages"));
  return [
    ...(input === undefined
      ? []
      : readMessages(input, { location: "gen_ai.input.messages", side: "input" })),
    ...(output === undefined
      ? []
      : readMessages(output, { location: "gen_ai.output.messages", side: "output" })),
  ];
}

function withParsedMembers(attributes: AttributeMap): Map<string, unknown> {
  return new Map(
    [...attributes].map(([key, value]) => [key, key === "content" ? value : structured(value)]),
  );
}

/**
 * Contents of the body of a log event: the message of 1.28 to 1.36, or a map of attributes.
 *
 * @param readAttributes reads a body that holds what others have in attributes.
 */
export function logBodyContents(
  { eventName, body }: LogRecord,
  readAttributes: (body: AttributeMap) => Content[],
): Content[] {
  if (!eventName.startsWith("gen_ai.") || body === null || body === "") {
    return [];
  }
  const node = structured(body);
  if (messageEvents.test(eventName)) {
    return messageEvent(eventName, node);
  }
  if (typeof node !== "object" || node === null || Array.isArray(node)) {
    return [];
  }
  const entries = node instanceof Map ? node : new Map(Object.entries(node));
  return readAttributes(entries as AttributeMap);
}

const messageEvents = /^gen_ai\.(?:choice|(?:system|user|assistant|tool)\.message)$/;

function messageEvent(name: string, body: unknown): Content[] {
  const side = name === "gen_ai.choice" || name === "gen_ai.assistant.message" ? "output" : "input";
  const role = /^gen_ai\.(\w+)\.message$/.exec(name)?.[1] ?? "assistant";
  if (typeof body === "string") {
    return body === "" ? [] : readMessages([{ role, content: body }], { location: name, side });
  }
  if (typeof body !== "object" || body === null || member(body, "message") !== undefined) {
    return readMessages(body, { location: name, side });
  }
  const entries: [string, unknown][] =
    body instanceof Map ? [...(body as Map<string, unknown>)] : Object.entries(body);
  const message = new Map<string, unknown>([["role", role], ...entries]);
  return readMessages([message], { location: name, side });
}
