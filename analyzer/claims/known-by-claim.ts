import { findStoredSpans, spanIdentityKey } from "../../core/store/find-stored-spans.ts";
import type { Store } from "../../core/store/store.ts";
import type { PreparedSpan } from "../ingest/prepare-batch.ts";
import type { KnownSpans } from "../ingest/stored-spans.ts";
import type { ChunkDecision } from "./claim-table.ts";

/**
 * What tells the duplicates of a claimed batch: spans that others claimed before it, and spans
 * that others have stored.
 */
export function knownByClaim(
  store: Store,
  chunks: readonly (readonly PreparedSpan[])[],
  decisions: readonly ChunkDecision[],
): Pick<KnownSpans, "find"> {
  const lost = new Map<string, { readonly digest: number }>();
  const fresh = new Set<PreparedSpan>();
  for (const [chunk, { lost: ofChunk, maybeStored }] of decisions.entries()) {
    for (const { tenant, entry } of ofChunk) {
      lost.set(`${tenant}/${spanIdentityKey(entry)}`, entry);
    }
    for (const [index, span] of (chunks[chunk] ?? []).entries()) {
      if (maybeStored?.[index] === false) {
        fresh.add(span);
      }
    }
  }
  return {
    async find(tenant, batchId, spans) {
      const asked = spans.filter((span) => !fresh.has(span));
      const known = new Map<string, { readonly digest: string | number }>(
        await findStoredSpans(store, { tenant, batchId }, asked),
      );
      for (const span of lost.size > 0 ? spans : []) {
        const key = spanIdentityKey(span);
        const winner = lost.get(`${tenant}/${key}`);
        if (winner !== undefined) {
          known.set(key, winner);
        }
      }
      return known;
    },
  };
}
