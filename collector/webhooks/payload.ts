import { isFields } from "../changes/read-fields.ts";

/**
 * Readers of a forge's payload. It is signed, but what stands in it was written by whoever
 * pushed, so a value of another type counts as absent and nothing here throws.
 */
export function valueAt(payload: unknown, ...path: readonly string[]): unknown {
  let value = payload;
  for (const name of path) {
    value = isFields(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  }
  return value;
}

/** Text, or a number as forges write ids; else `""`. */
export function textAt(payload: unknown, ...path: readonly string[]): string {
  const value = valueAt(payload, ...path);
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

export function itemsAt(payload: unknown, ...path: readonly string[]): readonly unknown[] {
  const value = valueAt(payload, ...path);
  return Array.isArray(value) ? value : [];
}

const isoTime = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})? ?(?:Z|UTC|[+-]\d\d:?\d\d)$/i;

/** A time as RFC 3339, or `""`. GitLab also writes `2026-11-20 10:00:00 +0200` and `… UTC`. */
export function timeAt(payload: unknown, ...path: readonly string[]): string {
  const text = textAt(payload, ...path);
  const time = isoTime.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? "" : new Date(time).toISOString();
}

/** The first text that is not empty. */
export function firstOf(...texts: readonly string[]): string {
  return texts.find((text) => text !== "") ?? "";
}

/** A full commit id, or `""`: forges announce the absence of one as zeros or null. */
export function revisionAt(payload: unknown, ...path: readonly string[]): string {
  const text = textAt(payload, ...path);
  return /^(?!0+$)(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(text) ? text.toLowerCase() : "";
}
