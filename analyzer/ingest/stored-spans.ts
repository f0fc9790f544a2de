import { findStoredSpans } from "../../core/store/find-stored-spans.ts";
import type { Store } from "../../core/store/store.ts";
import type { PreparedSpan } from "./prepare-batch.ts";
import { createSeenSpans } from "./seen-spans.ts";

/** What tells a resend from a new span. */
export interface KnownSpans {
  /** Those of `spans` that another batch has stored, or will store, by `spanIdentityKey`. */
  find(
    tenant: string,
    batchId: string,
    spans: readonly PreparedSpan[],
  ): Promise<Map<string, { readonly digest: string | number }>>;
  /** To be called before spans are inserted: an insert that fails may have stored some. */
  expect(tenant: string, spans: readonly PreparedSpan[]): void;
}

/** Which spans are stored; asks the store only about those that may be. */
export interface StoredSpans extends KnownSpans {
  /** Learns what is stored from before; until it is done every span is asked about. */
  load(): Promise<void>;
}

/**
 * Asking the store about every span costs as much as reading a good part of all identities: 8192
 * random ids lie in 8192 places. Almost no span is a resend, so a filter in memory answers for
 * the rest. It is right as long as this process alone stores spans, which chdb guarantees; where
 * several do, analyzer/claims takes its place.
 */
export function createStoredSpans({
  writes,
  reads,
}: Record<"writes" | "reads", Store>): StoredSpans {
  const seen = createSeenSpans();
  let loaded = false;
  return {
    find(tenant, batchId, spans) {
      const asked = loaded ? spans.filter((span) => seen.mayHave(tenant, span)) : spans;
      return findStoredSpans(writes, { tenant, batchId }, asked);
    },
    expect(tenant, spans) {
      for (const span of spans) {
        seen.add(tenant, span);
      }
    },
    async load() {
      await seen.load(reads);
      loaded = true;
    },
  };
}
