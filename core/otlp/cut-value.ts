import { createHash } from "node:crypto";
import type { AttributeValue } from "../model/telemetry.ts";

/** How far back a cut looks for white space, so that it leaves no half of a word behind. */
const wordBytes = 256;

/**
 * Whether a value may have more than `maxBytes`, structured ones written as JSON. Text counts
 * three bytes a UTF-16 unit, which is never too few: `cutText` looks more closely.
 */
export function isLargeValue(value: AttributeValue, maxBytes: number): boolean {
  if (typeof value === "string") {
    return value.length * 3 > maxBytes;
  }
  return typeof value === "object" && value !== null && sizeOf(value, maxBytes) > maxBytes;
}

/** The value itself, or what is left of it as text. */
export function cutValue(value: AttributeValue, maxBytes: number): AttributeValue {
  if (typeof value === "string") {
    return cutText(value, maxBytes);
  }
  if (!isLargeValue(value, maxBytes)) {
    return value;
  }
  if (value instanceof Uint8Array) {
    return marker(value.length, hashOf(value));
  }
  const text = jsonOf(value);
  return Buffer.byteLength(text) > maxBytes ? cutText(text, maxBytes) : value;
}

/** At most `maxBytes` of UTF-8 of the text, marker included; the text itself if it fits. */
export function cutText(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes) {
    return text;
  }
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) {
    return text;
  }
  const end = marker(bytes.length, hashOf(bytes));
  return bytes.toString("utf8", 0, cutAt(bytes, maxBytes - Buffer.byteLength(end))) + end;
}

export function hashOf(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Values as JSON: maps as objects, bytes in base64, large integers as strings. */
export function jsonOf(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (item instanceof Map) {
      return Object.fromEntries(item as Map<string, unknown>);
    }
    if (item instanceof Uint8Array) {
      return Buffer.from(item).toString("base64");
    }
    return typeof item === "bigint" ? String(item) : item;
  });
}

function marker(bytes: number, hash: string): string {
  return `…[truncated, was ${bytes} bytes, sha256:${hash}]`;
}

/** Greatest offset up to `limit` between two characters, after white space if some is near. */
function cutAt(bytes: Uint8Array, limit: number): number {
  let end = Math.max(0, limit);
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) {
    end -= 1;
  }
  const nearest = Math.max(0, end - wordBytes);
  for (let offset = end; offset > nearest; offset -= 1) {
    if ((bytes[offset - 1] ?? 0) <= 0x20) {
      return offset;
    }
  }
  return end;
}

/** Bytes a value takes at least, counted until they exceed `limit`. */
function sizeOf(value: AttributeValue, limit: number): number {
  if (typeof value === "string") {
    return value.length * 3;
  }
  if (typeof value !== "object" || value === null) {
    return 8;
  }
  if (value instanceof Uint8Array) {
    return value.length;
  }
  let size = 2;
  for (const [key, item] of membersOf(value)) {
    size += key.length * 3 + 1 + sizeOf(item, limit - size);
    if (size > limit) {
      return size;
    }
  }
  return size;
}

function* membersOf(
  value: readonly AttributeValue[] | ReadonlyMap<string, AttributeValue>,
): Iterable<readonly [string, AttributeValue]> {
  if (value instanceof Map) {
    yield* value as ReadonlyMap<string, AttributeValue>;
    return;
  }
  for (const item of value as readonly AttributeValue[]) {
    yield ["", item];
  }
}
