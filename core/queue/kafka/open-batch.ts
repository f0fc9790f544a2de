import type { Store } from "../../store/store.ts";
import type { Batch } from "../queue.ts";
import { type BatchContent, readContent, withoutRepeated } from "./batch-content.ts";
import { findRepeated } from "./digests.ts";
import {
  type BatchLimits,
  batchId,
  endOfRange,
  entriesBetween,
  hasFetched,
  type LimitsOf,
  type PartitionLog,
} from "./partition-log.ts";
import { planAfter, type RangePlan } from "./range-plan.ts";

/** A batch that was handed out, or is about to be. */
export interface OpenBatch {
  readonly log: PartitionLog;
  readonly from: number;
  readonly plan: RangePlan;
  readonly content: BatchContent;
  readonly batch: Batch;
}

/** A fixed range of a partition, of which nothing was read yet. */
export interface NextRange {
  readonly log: PartitionLog;
  readonly from: number;
  readonly plan: RangePlan;
}

/**
 * The range that is due next: of all partitions the one whose next record came first.
 *
 * @param behind the batch that is being worked on: of its partition, what follows it is meant.
 */
export function nextRange(
  logs: readonly PartitionLog[],
  limits: BatchLimits,
  behind: OpenBatch | null,
): NextRange | null {
  let best: { readonly range: NextRange; readonly timeUnixMs: number } | null = null;
  for (const log of logs) {
    const range = rangeOf(log, limits, behind);
    const timeUnixMs = range === null ? Infinity : timeOf(range);
    if (range !== null && (best === null || timeUnixMs < best.timeUnixMs)) {
      best = { range, timeUnixMs };
    }
  }
  return best?.range ?? null;
}

function rangeOf(
  log: PartitionLog,
  limits: BatchLimits,
  behind: OpenBatch | null,
): NextRange | null {
  const isBehind = behind?.log === log;
  const from = isBehind ? behind.plan.to + 1 : log.from;
  const fixed = isBehind ? planAfter(behind.plan) : log.plan;
  if (fixed !== null) {
    return hasFetched(log, fixed.to) ? { log, from, plan: fixed } : null;
  }
  const to = endOfRange(log, from, limits);
  return to === null ? null : { log, from, plan: { to, refusals: 0, rest: [] } };
}

/** A fixed range without records comes first: it only has to be got out of the way. */
function timeOf({ log, from }: NextRange): number {
  return log.entries.find(({ offset }) => offset >= from)?.timeUnixMs ?? 0;
}

export interface ContentDependencies {
  readonly store: Store;
  readonly limitsOf: LimitsOf;
}

/** Reads a range; `behind` may hold digests of its partition that are not written down yet. */
export async function openRange(
  { store, limitsOf }: ContentDependencies,
  { log, from, plan }: NextRange,
  behind: OpenBatch | null,
): Promise<OpenBatch> {
  const content = readContent(log, entriesBetween(log, from, plan.to), limitsOf);
  const pending = behind?.log === log ? behind.content.digests : [];
  const repeated = await findRepeated(store, log, content.digests, pending);
  const unique = withoutRepeated(content, repeated);
  const id = batchId(log, from, plan.to);
  return {
    log,
    from,
    plan,
    content: unique,
    batch: { id, records: unique.records, replay: false },
  };
}
