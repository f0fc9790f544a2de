import { OtlpDecodeError } from "../otlp-decode-error.ts";
import { refusal } from "../refusal.ts";

/** An object as `JSON.parse` gives it; only ever read by the field names of the schema. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** What is found out about the current record while it is read. */
export interface JsonContext {
  /** Refusal bits. */
  flags: number;
  readonly maxDepth: number;
}

const greatestUint64 = 2n ** 64n - 1n;
const greatestInt64 = 2n ** 63n - 1n;
const int32Limit = 2 ** 31;
const specialDoubles: ReadonlySet<unknown> = new Set(["NaN", "Infinity", "-Infinity"]);
const decimal = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

export function asObject(value: unknown, field: string): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw wrongShape(field, "an object", value);
  }
  return value as JsonObject;
}

/** Null stands for an absent field everywhere, as in the protobuf JSON mapping. */
export function objectAt(parent: JsonObject, field: string): JsonObject | null {
  const value = parent[field] ?? null;
  return value === null ? null : asObject(value, field);
}

export function listAt(parent: JsonObject, field: string): readonly unknown[] {
  const value = parent[field] ?? [];
  if (!Array.isArray(value)) {
    throw wrongShape(field, "an array", value);
  }
  return value;
}

/** Maps a list of objects; an error inside names the place. */
export function mapObjects<T>(
  parent: JsonObject,
  field: string,
  read: (item: JsonObject) => T,
): T[] {
  return listAt(parent, field).map((item, index) => {
    try {
      return read(asObject(item, ""));
    } catch (error) {
      throw located(error, `${field}[${index}]`);
    }
  });
}

export function stringAt(context: JsonContext, parent: JsonObject, field: string): string {
  const value = parent[field] ?? "";
  if (typeof value !== "string") {
    throw wrongShape(field, "a string", value);
  }
  if (!value.isWellFormed()) {
    context.flags |= refusal.invalidUtf8;
  }
  return value;
}

export function booleanAt(parent: JsonObject, field: string): boolean {
  const value = parent[field] ?? false;
  if (typeof value !== "boolean") {
    throw wrongShape(field, "a boolean", value);
  }
  return value;
}

/** An enum as its integer; a name, or anything else, refuses the record. */
export function enumAt(context: JsonContext, parent: JsonObject, field: string): number {
  const value = parent[field] ?? 0;
  if (
    typeof value !== "number" ||
    !Number.isInteger(value) ||
    value < -int32Limit ||
    value >= int32Limit
  ) {
    context.flags |= refusal.invalidEnum;
    return 0;
  }
  return value;
}

export function uint64At(parent: JsonObject, field: string): bigint {
  return uint64(parent[field] ?? 0, field);
}

export function uint64(value: unknown, field: string): bigint {
  const integer = toInteger(value);
  if (integer === null || integer < 0n || integer > greatestUint64) {
    throw wrongShape(field, "an unsigned 64-bit integer", value);
  }
  return integer;
}

export function int64At(parent: JsonObject, field: string): bigint {
  const value = parent[field] ?? 0;
  const integer = toInteger(value);
  if (integer === null || integer < -greatestInt64 - 1n || integer > greatestInt64) {
    throw wrongShape(field, "a signed 64-bit integer", value);
  }
  return integer;
}

export function int32At(parent: JsonObject, field: string): number {
  const integer = Number(int64At(parent, field));
  if (integer < -int32Limit || integer >= int32Limit) {
    throw wrongShape(field, "a signed 32-bit integer", integer);
  }
  return integer;
}

export function uint32At(parent: JsonObject, field: string): number {
  const integer = Number(int64At(parent, field));
  if (integer < 0 || integer >= int32Limit * 2) {
    throw wrongShape(field, "an unsigned 32-bit integer", integer);
  }
  return integer;
}

export function doubleAt(parent: JsonObject, field: string): number {
  return double(parent[field] ?? 0, field);
}

export function double(value: unknown, field: string): number {
  if (typeof value === "number" || typeof value === "bigint") {
    return Number(value);
  }
  if (typeof value === "string" && (specialDoubles.has(value) || decimal.test(value))) {
    return Number(value);
  }
  throw wrongShape(field, "a number", value);
}

export function wrongShape(field: string, expected: string, value: unknown): OtlpDecodeError {
  return new OtlpDecodeError(`${field}: expected ${expected}, got ${describe(value)}`);
}

/** An integer given as a number, a string of digits, or a bigint of `parseBody`. */
function toInteger(value: unknown): bigint | null {
  if (typeof value === "bigint") {
    return value;
  }
  if (typeof value === "number") {
    return Number.isInteger(value) ? BigInt(value) : null;
  }
  return typeof value === "string" && /^-?\d{1,20}$/.test(value) ? BigInt(value) : null;
}

/** The kind of a value, never the value itself. */
function describe(value: unknown): string {
  if (value === null) {
    return "null";
  }
  if (Array.isArray(value)) {
    return "an array";
  }
  return typeof value === "object" ? "an object" : `another ${typeof value}`;
}

function located(error: unknown, place: string): unknown {
  if (!(error instanceof OtlpDecodeError)) {
    return error;
  }
  const separator = error.message.startsWith(":") ? "" : ".";
  return new OtlpDecodeError(`${place}${separator}${error.message}`);
}
