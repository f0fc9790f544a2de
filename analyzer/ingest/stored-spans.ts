import { hash } from "node:crypto";
import { findStoredSpans, type StoredSpanIdentity } from "../../core/store/find-stored-spans.ts";
import type { Store } from "../../core/store/store.ts";
import type { PreparedSpan } from "./prepare-batch.ts";
import { createSeenFilter, type SeenFilter } from "./seen-filter.ts";

/** Which spans are stored; asks the store only about those that may be. */
export interface StoredSpans {
  /** Those of `spans` that another batch has stored, by `spanIdentityKey`. */
  find(
    tenant: string,
    batchId: string,
    spans: readonly PreparedSpan[],
  ): Promise<Map<string, StoredSpanIdentity>>;
  /** To be called before spans are inserted: an insert that fails may have stored some. */
  expect(tenant: string, spans: readonly PreparedSpan[]): void;
  /** Learns what is stored from before; until it is done every span is asked about. */
  load(): Promise<void>;
}

/** Identities read at once: 8 MB of text. */
const pageRows = 500_000;

/**
 * Asking the store about every span costs as much as reading a good part of all identities: 8192
 * random ids lie in 8192 places. Almost no span is a resend, so a filter in memory answers for
 * the rest. It is right as long as this process alone stores spans, which chdb guarantees.
 */
export function createStoredSpans({
  writes,
  reads,
}: Record<"writes" | "reads", Store>): StoredSpans {
  const filter = createSeenFilter();
  const tenants = new Map<string, number>();
  let loaded = false;

  function tenantBits(tenant: string): number {
    const bits = tenants.get(tenant) ?? hash("sha1", tenant, "buffer").readUInt32LE();
    tenants.set(tenant, bits);
    return bits;
  }

  return {
    find(tenant, batchId, spans) {
      const bits = tenantBits(tenant);
      const asked = loaded
        ? spans.filter((span) => filter.mayHave(highOf(span, bits), lowOf(span)))
        : spans;
      return findStoredSpans(writes, { tenant, batchId }, asked);
    },
    expect(tenant, spans) {
      const bits = tenantBits(tenant);
      for (const span of spans) {
        filter.add(highOf(span, bits), lowOf(span));
      }
    },
    async load() {
      await loadAll(reads, (tenant, identities) =>
        addPacked(filter, tenantBits(tenant), identities),
      );
      loaded = true;
    },
  };
}

function highOf({ spanId }: PreparedSpan, tenantBits: number): number {
  return Number.parseInt(spanId.slice(0, 8), 16) ^ tenantBits;
}

function lowOf({ spanId, traceId }: PreparedSpan): number {
  return Number.parseInt(spanId.slice(8), 16) ^ Number.parseInt(traceId.slice(24), 16);
}

async function loadAll(
  store: Store,
  add: (tenant: string, identities: Buffer) => void,
): Promise<void> {
  const [total] = await store.query<{ rows: number }>(
    "SELECT toUInt32(count()) AS rows FROM span_identity",
  );
  const pages = Math.ceil((total?.rows ?? 0) / pageRows);
  for (let page = 0; page < pages; page += 1) {
    // Twelve bytes each: the end of the trace's id and the span's. The door lets no id of
    // another length in, and one would shift all that follow.
    const packed = await store.query<{ tenant: string; identities: string }>(
      `SELECT Tenant AS tenant, base64Encode(arrayStringConcat(groupArray(
         concat(unhex(substring(TraceId, 25)), unhex(SpanId))))) AS identities
       FROM span_identity
       WHERE length(TraceId) = 32 AND length(SpanId) = 16 AND cityHash64(SpanId) % {pages: UInt32} = {page: UInt32}
       GROUP BY Tenant`,
      { pages, page },
    );
    for (const { tenant, identities } of packed) {
      add(tenant, Buffer.from(identities, "base64"));
    }
  }
}

const packedBytes = 12;

function addPacked(filter: SeenFilter, tenantBits: number, identities: Buffer): void {
  for (let at = 0; at + packedBytes <= identities.length; at += packedBytes) {
    const trace = identities.readUInt32BE(at);
    const span = identities.readUInt32BE(at + 4);
    filter.add(span ^ tenantBits, identities.readUInt32BE(at + 8) ^ trace);
  }
}
