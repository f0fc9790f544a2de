import { findStoredSpans, spanIdentityKey } from "../../core/store/find-stored-spans.ts";
import type { Store } from "../../core/store/store.ts";
import type { PreparedSpan } from "../ingest/prepare-batch.ts";
import type { Verdict } from "./claim-record.ts";

/** What an earlier try of a batch, whose claim nobody remembers, has left in the store. */
export interface OwnRows {
  /**
   * What that try stored is kept. What it left out on a day of which it stored something is lost:
   * it had been claimed by others, and the insert token makes a second insert of the day do
   * nothing. All else is open.
   */
  verdict(span: PreparedSpan): Verdict;
}

const dayMs = 86_400_000;
const nobody = "";

/** @returns `null` when there is nothing of the batch. */
export async function readOwnRows(
  { writes }: { readonly writes: Store },
  batchId: string,
  spans: readonly PreparedSpan[],
): Promise<OwnRows | null> {
  const own = new Set<string>();
  for (const [tenant, group] of Map.groupBy(spans, (span) => span.tenant)) {
    const stored = await findStoredSpans(writes, { tenant, batchId: nobody }, group);
    for (const [key, { batchId: by }] of stored) {
      if (by === batchId) {
        own.add(`${tenant}/${key}`);
      }
    }
  }
  if (own.size === 0) {
    return null;
  }
  function isStored(span: PreparedSpan): boolean {
    return own.has(`${span.tenant}/${spanIdentityKey(span)}`);
  }
  const days = new Set(spans.filter(isStored).map(dayOf));
  return {
    verdict(span) {
      if (isStored(span)) {
        return "kept";
      }
      return days.has(dayOf(span)) ? "lost" : "open";
    },
  };
}

function dayOf({ timeUnixMs }: PreparedSpan): number {
  return Math.floor(timeUnixMs / dayMs);
}
