import { maxObjectsPerRequest } from "../limits.ts";
import { OtlpDecodeError } from "../otlp-decode-error.ts";

const maxTokens = 2 * maxObjectsPerRequest;
const quote = 0x22;
const backslash = 0x5c;

/**
 * Refuses a JSON body that would make far more objects than its size lets expect: two bytes
 * such as `{}` cost a hundred in memory. Counted are objects, lists and members, outside of
 * strings, before anything is parsed.
 *
 * @throws OtlpDecodeError
 */
export function requireFewTokens(body: Uint8Array): void {
  if (body.length <= maxTokens) {
    return;
  }
  let tokens = 0;
  for (let offset = 0; offset < body.length; offset += 1) {
    const byte = body[offset] as number;
    if (byte === quote) {
      offset = endOfString(body, offset + 1);
    } else if (byte === 0x7b || byte === 0x5b || byte === 0x2c) {
      tokens += 1;
    }
  }
  if (tokens > maxTokens) {
    throw new OtlpDecodeError(
      `expected at most ${maxTokens} objects, lists and members, got ${tokens}`,
    );
  }
}

/** Offset of the quote that ends the string from `start` on. */
function endOfString(body: Uint8Array, start: number): number {
  let offset = start;
  while (offset < body.length && body[offset] !== quote) {
    offset += body[offset] === backslash ? 2 : 1;
  }
  return offset;
}
