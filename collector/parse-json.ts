import { RefusedUpload } from "./refused-upload.ts";

/** Levels of objects and lists in a body: what walks over it later may recurse. */
export const maxJsonDepth = 100;

/**
 * Parses a JSON body in UTF-8.
 *
 * @throws RefusedUpload `undecodable`; it never quotes the body, which may hold a secret.
 */
export function parseJson(bytes: Uint8Array): unknown {
  if (isDeeperThan(bytes, maxJsonDepth)) {
    throw new RefusedUpload("undecodable", `expected JSON nested at most ${maxJsonDepth} deep`);
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new RefusedUpload("undecodable", "expected JSON in UTF-8, got something else", error);
  }
}

const quote = 0x22;
const backslash = 0x5c;
const openers: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const closers: ReadonlySet<number> = new Set([0x5d, 0x7d]);

/** Counts brackets outside strings; bytes that are not JSON may be counted wrongly, harmlessly. */
function isDeeperThan(bytes: Uint8Array, limit: number): boolean {
  let depth = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === quote) {
      at = endOfString(bytes, at);
    } else if (openers.has(byte)) {
      depth += 1;
      if (depth > limit) {
        return true;
      }
    } else if (closers.has(byte)) {
      depth -= 1;
    }
  }
  return false;
}

/** Position of the quote that ends the string which begins at `start`. */
function endOfString(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < bytes.length && bytes[at] !== quote) {
    at += bytes[at] === backslash ? 2 : 1;
  }
  return at;
}
