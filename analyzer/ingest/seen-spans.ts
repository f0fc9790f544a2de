import { hash } from "node:crypto";
import type { SpanIdentity } from "../../core/store/find-stored-spans.ts";
import type { Store } from "../../core/store/store.ts";
import { createSeenFilter } from "./seen-filter.ts";

/** Remembers in little memory which spans were seen; never denies one that it was told of. */
export interface SeenSpans {
  add(tenant: string, span: Pick<SpanIdentity, "traceId" | "spanId">): void;
  mayHave(tenant: string, span: Pick<SpanIdentity, "traceId" | "spanId">): boolean;
  /** The same for bytes that begin with a trace id (16) and a span id (8); tells what it was. */
  addPacked(tenant: string, bytes: Buffer, at: number): boolean;
  /** Learns what the store holds. */
  load(store: Store): Promise<void>;
}

/** Identities read at once: 8 MB of text. */
const pageRows = 500_000;

export function createSeenSpans(): SeenSpans {
  const filter = createSeenFilter();
  const tenants = new Map<string, number>();

  function tenantBits(tenant: string): number {
    const bits = tenants.get(tenant) ?? hash("sha1", tenant, "buffer").readUInt32LE();
    tenants.set(tenant, bits);
    return bits;
  }

  return {
    add(tenant, span) {
      filter.add(highOf(span, tenantBits(tenant)), lowOf(span));
    },
    mayHave: (tenant, span) => filter.mayHave(highOf(span, tenantBits(tenant)), lowOf(span)),
    addPacked(tenant, bytes, at) {
      const high = bytes.readUInt32BE(at + 16) ^ tenantBits(tenant);
      const low = bytes.readUInt32BE(at + 20) ^ bytes.readUInt32BE(at + 12);
      const before = filter.mayHave(high, low);
      if (!before) {
        filter.add(high, low);
      }
      return before;
    },
    load: (store) =>
      loadAll(store, (tenant, identities) => {
        const bits = tenantBits(tenant);
        for (let at = 0; at + packedBytes <= identities.length; at += packedBytes) {
          const trace = identities.readUInt32BE(at);
          const span = identities.readUInt32BE(at + 4);
          filter.add(span ^ bits, identities.readUInt32BE(at + 8) ^ trace);
        }
      }),
  };
}

function highOf({ spanId }: Pick<SpanIdentity, "spanId">, tenantBits: number): number {
  return Number.parseInt(spanId.slice(0, 8), 16) ^ tenantBits;
}

function lowOf({ spanId, traceId }: Pick<SpanIdentity, "traceId" | "spanId">): number {
  return Number.parseInt(spanId.slice(8), 16) ^ Number.parseInt(traceId.slice(24), 16);
}

const packedBytes = 12;

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
