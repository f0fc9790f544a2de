import { isUtf8 } from "node:buffer";
import { OtlpDecodeError } from "../otlp-decode-error.ts";
import { asObject, type JsonObject } from "./fields.ts";
import { requireFewTokens } from "./require-few-tokens.ts";

/** A number of 16 digits or more outside quotes may have lost digits as a double. */
const longNumber = /[[:,]\s*-?\d{16,}/;
const uint64Digits = 20;

/**
 * Parses a JSON body. Integers that a double cannot hold come out as bigints. The error never
 * quotes the body, which may hold secrets.
 */
export function parseBody(body: Uint8Array): JsonObject {
  if (!isUtf8(body)) {
    throw new OtlpDecodeError("expected JSON in UTF-8, got bytes that are not UTF-8");
  }
  requireFewTokens(body);
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8");
  return asObject(parseText(text), "request");
}

function parseText(text: string): unknown {
  try {
    // The reviver costs several times the parse itself: only bodies that may need it pay.
    return longNumber.test(text)
      ? JSON.parse(text, exactInteger as (key: string, value: unknown) => unknown)
      : JSON.parse(text);
  } catch (cause) {
    throw new OtlpDecodeError(`expected JSON, got something else${position(cause)}`);
  }
}

/** A reviver; `source`, the text of a primitive, is newer than the type library. */
function exactInteger(
  _key: string,
  value: unknown,
  { source }: { readonly source?: string },
): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value) || source === undefined) {
    return value;
  }
  const exact = source.length <= uint64Digits && /^-?\d+$/.test(source);
  return exact ? BigInt(source) : value;
}

/** A syntax error names a position; a RangeError (nested too deep for the reviver) does not. */
function position(cause: unknown): string {
  const found = cause instanceof SyntaxError ? /at position \d+/.exec(cause.message) : null;
  return found === null ? "" : ` ${found[0]}`;
}
