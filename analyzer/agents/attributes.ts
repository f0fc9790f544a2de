import type { AttributeMap } from "../../core/model/telemetry.ts";

/** Ids and names from senders; longer ones are cut. */
const maxNameLength = 256;

/** Prompts, responses, errors and commands kept beside the full record in `otel_logs`. */
const maxTextLength = 8192;

/** The first of the attributes that holds text or a number, as text; else `""`. */
export function nameOf(attributes: AttributeMap, ...keys: readonly string[]): string {
  return first(attributes, keys).slice(0, maxNameLength);
}

/** Longer text than a name; `<REDACTED>` and `[REDACTED]` stand for content that was not sent. */
export function textOf(attributes: AttributeMap, ...keys: readonly string[]): string {
  const text = first(attributes, keys);
  return text === "<REDACTED>" || text === "[REDACTED]" ? "" : cutText(text);
}

export function cutText(text: string): string {
  return text.length <= maxTextLength ? text : `${text.slice(0, maxTextLength)}…`;
}

/** The first of the attributes that is a number of at least 0, also written as text; else 0. */
export function numberOf(attributes: AttributeMap, ...keys: readonly string[]): number {
  for (const key of keys) {
    const value = attributes.get(key);
    if (value !== undefined && value !== null && value !== "" && typeof value !== "object") {
      const number = Number(value);
      return Number.isFinite(number) && number > 0 ? number : 0;
    }
  }
  return 0;
}

/** `true` and `false`, also written as text; `null` for anything else. */
export function flagOf(attributes: AttributeMap, key: string): boolean | null {
  const value = attributes.get(key);
  if (value === true || value === "true") {
    return true;
  }
  return value === false || value === "false" ? false : null;
}

/** A commit id of 7 to 64 hex digits in lower case; anything else gives `""`. */
export function revisionOf(value: unknown): string {
  const text = typeof value === "string" ? value.toLowerCase() : "";
  return /^[0-9a-f]{7,64}$/.test(text) ? text : "";
}

function first(attributes: AttributeMap, keys: readonly string[]): string {
  for (const key of keys) {
    const value = attributes.get(key);
    if (typeof value === "string" && value !== "") {
      return value;
    }
    if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") {
      return String(value);
    }
  }
  return "";
}
