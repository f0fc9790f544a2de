import type { AttributeValue } from "../../core/model/telemetry.ts";
import { readTruncatedJson } from "./truncated-json.ts";

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

/**
 * A string as it is, nothing as `""`, anything else as JSON; of a structure that is nested too
 * deep for that, its texts.
 */
export function asText(node: Node): string {
  if (typeof node === "string") {
    return node;
  }
  if (node === undefined || node === null) {
    return "";
  }
  try {
    return JSON.stringify(node, plain) ?? "";
  } catch (error) {
    if (error instanceof RangeError) {
      return textsIn(node).join("\n");
    }
    throw error;
  }
}

/** All strings in a structure, without recursion. */
function textsIn(root: Node): string[] {
  const texts: string[] = [];
  const waiting: Node[] = [root];
  for (let node = waiting.pop(); waiting.length > 0 || node !== undefined; node = waiting.pop()) {
    if (typeof node === "string") {
      texts.push(node);
    } else if (node instanceof Map || Array.isArray(node)) {
      for (const item of node.values()) {
        waiting.push(item);
      }
    } else if (typeof node === "object" && node !== null) {
      for (const item of Object.values(node)) {
        waiting.push(item);
      }
    }
  }
  return texts;
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
  const [first] = value.trimStart();
  if (first !== "{" && first !== "[") {
    return value;
  }
  return parse(value) ?? readTruncatedJson(value) ?? value;
}

function parse(text: string): Node {
  try {
    return JSON.parse(text) as Node;
  } catch {
    return undefined;
  }
}
