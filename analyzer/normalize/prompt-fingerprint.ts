import { hash } from "node:crypto";
import type { Content, GenAiRecord } from "../../core/model/genai.ts";

/** The first 64 bits of a text's SHA-256. */
interface Digest {
  readonly high: number;
  readonly low: number;
}

/** Digests of texts that came before; the same prompt comes with every call of an agent. */
const digests = new Map<string, Digest>();
const maxEntries = 512;
/** Longer texts are hashed each time, so that the cache stays small. */
const maxKeptLength = 32_768;

/** Parts of a prompt that differ from call to call: dates, times of day, UUIDs. */
const volatileParts =
  /\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?\b|\b\d\d:\d\d:\d\d\b|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi;

/** An odd number with well-spread bits: multiplying by it makes the order of texts count. */
const spread = 0x9e37_79b1;

/**
 * 16 hex digits that stay the same as long as an agent's system instructions and tools do; empty
 * for a record with neither. The order of tools, dates, times and UUIDs do not matter.
 *
 * System messages count up to the first message of another role in the same attribute: later
 * ones are reminders of the moment. The digests of instructions are chained, those of tools
 * added.
 */
export function promptFingerprint({ contents }: GenAiRecord): string {
  if (!contents.some(isPrompt)) {
    return "";
  }
  let high = 0;
  let low = 0;
  let toolsHigh = 0;
  let toolsLow = 0;
  let isEmpty = true;
  const begun = new Set<string>();
  for (const content of contents) {
    if (!isPrompt(content)) {
      begun.add(content.location);
    } else if (content.direction === "tool_definition") {
      const digest = digestOf(content.text);
      isEmpty = false;
      toolsHigh += digest.high;
      toolsLow += digest.low;
    } else if (!begun.has(content.location)) {
      const digest = digestOf(content.text);
      isEmpty = false;
      high = Math.imul(high ^ digest.high, spread);
      low = Math.imul(low ^ digest.low, spread);
    }
  }
  return isEmpty ? "" : hex(high ^ toolsHigh) + hex(low ^ toolsLow);
}

function isPrompt({ direction, text }: Content): boolean {
  return text !== "" && (direction === "system" || direction === "tool_definition");
}

function hex(bits: number): string {
  return (bits >>> 0).toString(16).padStart(8, "0");
}

function digestOf(text: string): Digest {
  const known = digests.get(text);
  if (known !== undefined) {
    return known;
  }
  const bytes = hash("sha256", text.replace(volatileParts, "#"), "buffer");
  const digest = { high: bytes.readUInt32BE(0), low: bytes.readUInt32BE(4) };
  if (text.length <= maxKeptLength) {
    if (digests.size >= maxEntries) {
      digests.clear();
    }
    digests.set(text, digest);
  }
  return digest;
}
