import { maxValueDepth } from "../limits.ts";
import { OtlpDecodeError } from "../otlp-decode-error.ts";
import { type RefusalTally, refusal } from "../refusal.ts";
import type { TimeRange } from "../time-range.ts";
import type { JsonContext, JsonObject } from "./fields.ts";
import { parseBody } from "./parse-body.ts";

/** Hands each record of a request to `accept`, in body order, as a function that reads it. */
export type JsonWalk<T> = (
  context: JsonContext,
  request: JsonObject,
  accept: (read: () => T) => void,
) => void;

export interface JsonScan {
  readonly times: TimeRange;
  readonly maxDepth: number;
  readonly tally: RefusalTally;
}

/** The records of a JSON request without the ordinals in `skip`. */
export function decodeJson<T>(body: Uint8Array, skip: ReadonlySet<number>, walk: JsonWalk<T>): T[] {
  const context: JsonContext = { flags: 0, maxDepth: maxValueDepth };
  const records: T[] = [];
  let ordinal = 0;
  walk(context, parseBody(body), (read) => {
    if (!skip.has(ordinal)) {
      context.flags = 0;
      records.push(read());
      if (context.flags !== 0) {
        throw new OtlpDecodeError(`expected the scan to refuse record ${ordinal}, it was kept`);
      }
    }
    ordinal += 1;
  });
  return records;
}

/**
 * Tallies the records of a JSON request; `timeOf` gives the time to check, or null for none.
 */
export function scanJson<T>(
  body: Uint8Array,
  { times, maxDepth, tally }: JsonScan,
  walk: JsonWalk<T>,
  timeOf: (record: T) => bigint | null,
): void {
  const context: JsonContext = { flags: 0, maxDepth };
  walk(context, parseBody(body), (read) => {
    context.flags = 0;
    const time = timeOf(read());
    const outside = time !== null && !times.has(time);
    tally.add(context.flags | (outside ? refusal.timeOutOfRange : 0));
  });
}
