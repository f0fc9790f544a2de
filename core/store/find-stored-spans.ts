import type { Store } from "./store.ts";

/** What makes a span itself (with the tenant); ids are lower-case hex, the kind as stored. */
export interface SpanIdentity {
  readonly traceId: string;
  readonly spanId: string;
  /** As in `otel_traces.SpanKind`, such as `Server`. */
  readonly kind: string;
}

export interface StoredSpanIdentity extends SpanIdentity {
  /** `otel_traces.Digest` of the stored span, in decimal: another one is a conflicting copy. */
  readonly digest: string;
  /** Of the batch that stored it. */
  readonly batchId: string;
}

// Two sets instead of one of pairs: half the time, and pairs that were not asked for are few.
const storedSpans = `
  SELECT TraceId AS traceId, SpanId AS spanId, SpanKind AS kind, toString(Digest) AS digest,
    BatchId AS batchId
  FROM span_identity
  WHERE Tenant = {tenant: String}
    AND TraceId IN {traceIds: Array(String)}
    AND SpanId IN {spanIds: Array(String)}
    AND BatchId != {batchId: String}`;

/**
 * Finds those of `spans` that another batch than `batchId` has stored, keyed by
 * {@link spanIdentityKey}. Rows of `batchId` itself are left out: they are its own earlier try.
 */
export async function findStoredSpans(
  store: Store,
  { tenant, batchId }: { readonly tenant: string; readonly batchId: string },
  spans: readonly SpanIdentity[],
): Promise<Map<string, StoredSpanIdentity>> {
  if (spans.length === 0) {
    return new Map();
  }
  const rows = await store.query<StoredSpanIdentity>(storedSpans, {
    tenant,
    batchId,
    traceIds: [...new Set(spans.map((span) => span.traceId))],
    spanIds: [...new Set(spans.map((span) => span.spanId))],
  });
  const asked = new Set(spans.map(spanIdentityKey));
  const found = new Map<string, StoredSpanIdentity>();
  for (const row of rows) {
    const key = spanIdentityKey(row);
    if (asked.has(key)) {
      found.set(key, row);
    }
  }
  return found;
}

/** Ids are hex of fixed length and kinds are words, so the parts cannot run together. */
export function spanIdentityKey({ traceId, spanId, kind }: SpanIdentity): string {
  return `${traceId}/${spanId}/${kind}`;
}
