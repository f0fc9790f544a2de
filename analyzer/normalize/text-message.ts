import type { Content } from "../../core/model/genai.ts";
import { type MessageSource, plainContent } from "./content.ts";

/** How serializers write a message with one part of text: what stands around role and text. */
const start = '[{"role":"';
const middle = '","parts":[{"type":"text","content":';
const endings = [
  "}]}]",
  '}],"finish_reason":"stop"}]',
  '}],"finish_reason":"length"}]',
  '}],"finish_reason":"end_turn"}]',
];

/**
 * One message with one part of text, read without building what stands around the text: this is
 * what most answers and most first questions are.
 *
 * @returns `null` for anything else.
 */
export function readTextMessage(json: string, source: MessageSource): Content | null {
  if (!json.startsWith(start)) {
    return null;
  }
  const roleEnd = json.indexOf('"', start.length);
  const role = json.slice(start.length, roleEnd);
  const isPlainRole = role === "user" || role === "assistant";
  if (!isPlainRole || !json.startsWith(middle, roleEnd)) {
    return null;
  }
  const ending = endings.find((each) => json.endsWith(each));
  const text =
    ending === undefined
      ? null
      : readLiteral(json.slice(roleEnd + middle.length, json.length - ending.length));
  return text === null || text === "" ? null : { ...plainContent(text, source), role };
}

/** The text of a JSON string; `null` if this is none, or more than one. */
function readLiteral(literal: string): string | null {
  const last = literal.length - 1;
  if (literal.charAt(0) !== '"') {
    return null;
  }
  if (!literal.includes("\\")) {
    return literal.indexOf('"', 1) === last ? literal.slice(1, last) : null;
  }
  try {
    const text: unknown = JSON.parse(literal);
    return typeof text === "string" ? text : null;
  } catch {
    return null;
  }
}
