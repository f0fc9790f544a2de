import type { AttributeValue } from "../../core/model/telemetry.ts";

/** A structured value, either parsed from JSON text or decoded from an OTLP AnyValue. */
export type Node = unknown;

/** A member of an object or map; `undefined` if there is none or the node is neither. */
export function member(node: Node, key: string): Node {
  if (node instanceof Map) {
    return node.get(key);
  }
  return typeof node === "object" && node !== null && Object.hasOwn(node, key)
    ? (node as Record<string, unknown>)[key]
    : undefined;
}

/** The items of an array; a lone object counts as one item. */
export function items(node: Node): readonly Node[] {
  if (Array.isArray(node)) {
    return node;
  }
  return typeof node === "object" && node !== null ? [node] : [];
}

/** A string as it is, nothing as `""`, anything else as JSON. */
export function asText(node: Node): string {
  if (typeof node === "string") {
    return node;
  }
  return node === undefined || node === null ? "" : (JSON.stringify(node, plain) ?? "");
}

/** The first member that is a non-empty string. */
export function firstText(node: Node, ...keys: readonly string[]): string {
  for (const key of keys) {
    const value = member(node, key);
    if (typeof value === "string" && value !== "") {
      return value;
    }
  }
  return "";
}

function plain(_key: string, value: unknown): unknown {
  if (value instanceof Map) {
    return Object.fromEntries(value);
  }
  if (typeof value === "bigint") {
    return Number(value);
  }
  return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value;
}

/**
 * A content attribute as a structure: an AnyValue as it is, text parsed as JSON. JSON cut off
 * at the end, as instrumentations with a length limit write it, is closed where it stops. Text
 * that is no JSON stays text.
 */
export function structured(value: AttributeValue | undefined): Node {
  if (typeof value !== "string") {
    return value;
  }
  const start = value.trimStart().charAt(0);
  if (start !== "{" && start !== "[") {
    return value;
  }
  return parse(value) ?? parse(closeTruncated(value)) ?? value;
}

function parse(text: string): Node {
  try {
    return JSON.parse(text) as Node;
  } catch {
    return undefined;
  }
}

/** Ends an open string and closes open brackets; a key without its value is dropped. */
function closeTruncated(text: string): string {
  const closers: string[] = [];
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (inString) {
      at += character === "\\" ? 1 : 0;
      inString = character !== '"';
    } else if (character === '"') {
      inString = true;
    } else if (character === "{" || character === "[") {
      closers.push(character === "{" ? "}" : "]");
    } else if (character === "}" || character === "]") {
      closers.pop();
    }
  }
  const body = inString ? `${text.replace(/\\(?:u[0-9a-fA-F]{0,3})?$/, "")}"` : text;
  const trimmed = body
    .replace(/[,:]\s*$|(?<=[{,])\s*"[^"\\]{0,80}"\s*:?\s*$/, "")
    .replace(/,\s*$/, "");
  return trimmed + closers.toReversed().join("");
}
