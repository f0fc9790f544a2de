import type { Config } from "../config/config.ts";
import { maxValueDepth, type RecordLimits } from "./limits.ts";

const dayMs = 86_400_000;
const minuteMs = 60_000;

/** What a record that arrives now may be: its range of event times and its greatest depth. */
export function recordLimits(otlp: Config["otlp"], nowUnixMs: number): RecordLimits {
  return {
    oldestUnixNano: toNano(nowUnixMs - otlp.maxPastDays * dayMs),
    newestUnixNano: toNano(nowUnixMs + otlp.maxFutureMinutes * minuteMs),
    maxDepth: maxValueDepth,
  };
}

function toNano(unixMs: number): bigint {
  return BigInt(Math.round(unixMs)) * 1_000_000n;
}
