import { changeListLimits } from "./change-limits.ts";
import { RejectedChange } from "./rejected-change.ts";

/** A JSON object from a sender; nothing about it is known yet. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text field: a string, or a number as people write versions; `""` when absent or null. */
export function readText(fields: Fields, name: string, maxLength: number): string {
  const value = own(fields, name);
  if (value === undefined || value === null) {
    return "";
  }
  if (typeof value !== "string" && typeof value !== "number") {
    throw new RejectedChange("wrong_type", `${name}: expected text, got ${typeName(value)}`);
  }
  return checkLength(String(value), name, maxLength);
}

/** An identifier: text of one line that is not blank. `""` when absent. */
export function readId(fields: Fields, name: string, maxLength: number): string {
  const id = readText(fields, name, maxLength).trim();
  if (/\p{Cc}/u.test(id)) {
    throw new RejectedChange("bad_id", `${name}: expected text without control characters`);
  }
  return id;
}

/** A full commit id in lower case; `""` when absent. */
export function readRevision(fields: Fields, name: string): string {
  return checkRevision(readText(fields, name, 1024).trim(), name);
}

export function checkRevision(text: string, name: string): string {
  if (text !== "" && !/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(text)) {
    throw new RejectedChange(
      "bad_revision",
      `${name}: expected a full commit id of 40 or 64 hex digits, got ${text.length} characters`,
    );
  }
  return text.toLowerCase();
}

/** An RFC 3339 time as Unix milliseconds; `null` when absent. */
export function readTime(fields: Fields, name: string): number | null {
  const value = own(fields, name);
  if (value === undefined || value === null || value === "") {
    return null;
  }
  const time = typeof value === "string" ? parseTime(value) : null;
  if (time === null) {
    throw new RejectedChange(
      "bad_time",
      `${name}: expected an RFC 3339 time such as 2026-11-20T10:00:00Z`,
    );
  }
  return time;
}

/** A list of texts; empty when absent. */
export function readList(
  fields: Fields,
  name: keyof typeof changeListLimits,
  maxLength: number,
): string[] {
  const value = own(fields, name) ?? [];
  if (!Array.isArray(value)) {
    throw new RejectedChange("wrong_type", `${name}: expected a list, got ${typeName(value)}`);
  }
  if (value.length > changeListLimits[name]) {
    throw new RejectedChange(
      "too_many",
      `${name}: expected at most ${changeListLimits[name]} entries, got ${value.length}`,
    );
  }
  return value.map((entry: unknown) => {
    if (typeof entry !== "string") {
      throw new RejectedChange("wrong_type", `${name}: expected texts, got ${typeName(entry)}`);
    }
    return checkLength(entry, name, maxLength);
  });
}

/** A nested object; `null` when absent. */
export function readObject(fields: Fields, name: string): Fields | null {
  const value = own(fields, name);
  if (value === undefined || value === null) {
    return null;
  }
  if (!isFields(value)) {
    throw new RejectedChange("wrong_type", `${name}: expected an object, got ${typeName(value)}`);
  }
  return value;
}

/** Own fields only: what a sender leaves out is never found on a prototype. */
function own(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** @returns the digest of an artifact, as `algorithm:hex`. */
export function checkDigest(text: string): string {
  if (!/^sha(256|384|512):[0-9a-f]{64,128}$/.test(text)) {
    throw new RejectedChange("bad_digest", "artifacts: expected digests such as sha256:<64 hex>");
  }
  return text;
}

function checkLength(text: string, name: string, maxLength: number): string {
  if (text.length > maxLength) {
    throw new RejectedChange(
      "too_long",
      `${name}: expected at most ${maxLength} characters, got ${text.length}`,
    );
  }
  return text.toWellFormed();
}

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/i;

function parseTime(text: string): number | null {
  const [whole, year, month, day] = rfc3339.exec(text) ?? [];
  if (whole === undefined) {
    return null;
  }
  const time = Date.parse(whole.toUpperCase());
  // Date.parse moves February 30 into March; a day that does not exist is a mistake to report.
  const lastDay = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  return Number.isNaN(time) || Number(day) > lastDay ? null : time;
}

function typeName(value: unknown): string {
  if (value === null) {
    return "null";
  }
  return Array.isArray(value) ? "a list" : typeof value;
}
