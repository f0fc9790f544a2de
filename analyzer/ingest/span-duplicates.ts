import { spanIdentityKey } from "../../core/store/find-stored-spans.ts";
import type { PreparedSpan } from "./prepare-batch.ts";
import type { KnownSpans } from "./stored-spans.ts";

export type DuplicateReason = "duplicate" | "duplicate_conflict";

export interface DeduplicatedSpans {
  readonly unique: readonly PreparedSpan[];
  /** Rejected copies by tenant and reason. */
  readonly rejected: readonly { readonly tenant: string; readonly reason: DuplicateReason }[];
}

/**
 * Takes out spans whose identity (tenant, trace id, span id, kind) came earlier in this batch or
 * is stored by another batch. The first wins; a copy with other content is a conflict.
 */
export async function removeDuplicateSpans(
  stored: KnownSpans,
  batchId: string,
  spans: readonly PreparedSpan[],
): Promise<DeduplicatedSpans> {
  const unique: PreparedSpan[] = [];
  const rejected: { tenant: string; reason: DuplicateReason }[] = [];
  for (const [tenant, group] of Map.groupBy(spans, (span) => span.tenant)) {
    const known = new Map<string, { readonly digest: string | number }>(
      await stored.find(tenant, batchId, group),
    );
    stored.expect(tenant, group);
    for (const span of group) {
      const key = spanIdentityKey(span);
      const first = known.get(key);
      if (first === undefined) {
        known.set(key, span);
        unique.push(span);
      } else {
        const same = String(first.digest) === String(span.digest);
        rejected.push({ tenant, reason: same ? "duplicate" : "duplicate_conflict" });
      }
    }
  }
  return { unique, rejected };
}
