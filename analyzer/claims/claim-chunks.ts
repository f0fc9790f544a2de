import type { Batch } from "../../core/queue/queue.ts";
import { spanIdentityKey } from "../../core/store/find-stored-spans.ts";
import type { PreparedSpan } from "../ingest/prepare-batch.ts";
import {
  type ClaimEntry,
  type ClaimGroup,
  type ClaimRecord,
  encodeClaim,
  packEntries,
} from "./claim-record.ts";
import type { ChunkDecision, ClaimTable } from "./claim-table.ts";
import type { HeldBatches } from "./held-batches.ts";
import type { OwnRows } from "./own-rows.ts";

/** The log of claims: every record reaches every process, in one order. */
export interface ClaimLog {
  /** Resolves once the record is durable and this process has applied it and all before it. */
  append(key: string, value: Buffer): Promise<unknown>;
}

export type ClaimableBatch = Pick<Batch, "id" | "epoch">;

/** Others may have forgotten the claim; taking the batch up again renews it. */
export class StaleClaimError extends Error {
  override readonly name = "StaleClaimError";
}

/** About 700 kB, below the usual limit of a Kafka record. */
const entriesPerChunk = 20_000;

/** Spans by tenant, in the order of the batch: every try makes the same chunks. */
export function chunksOf(spans: readonly PreparedSpan[]): (readonly PreparedSpan[])[] {
  const ordered = [...Map.groupBy(spans, ({ tenant }) => tenant).values()].flat();
  return Array.from({ length: Math.ceil(ordered.length / entriesPerChunk) }, (_, chunk) =>
    ordered.slice(chunk * entriesPerChunk, (chunk + 1) * entriesPerChunk),
  );
}

/** How a batch that was claimed before is taken up again. */
export type Age = "new" | "current" | "old";

export interface ClaimingDependencies {
  readonly log: ClaimLog;
  readonly table: ClaimTable;
  readonly held: HeldBatches;
  /** Says who writes a record, and after which of its others. */
  readonly sign: () => Pick<ClaimRecord, "writer" | "sequence">;
}

/**
 * The decision on each chunk. What is not known to be claimed by this process in this epoch is
 * claimed: if it is decided already, that changes nothing but lets the others know. What is old is
 * renewed with what was decided, for those who read the log from a later start.
 */
export async function claimChunks(
  { log, table, held, sign }: ClaimingDependencies,
  { id: batchId, epoch = 0 }: ClaimableBatch,
  chunks: readonly (readonly PreparedSpan[])[],
  { own, age }: { readonly own: OwnRows | null; readonly age: Age },
): Promise<ChunkDecision[]> {
  for (const [chunk, spans] of chunks.entries()) {
    const known = table.decisionOf(batchId, chunk);
    if (known === null || age !== "current") {
      const groups = toGroups(
        spans,
        known !== null && age === "old" ? byDecision(known) : byOwnRows(own),
      );
      const about = { batchId, chunk, epoch, doneBefore: held.doneBefore(batchId), ...sign() };
      await log.append(batchId, encodeClaim({ type: "claim", ...about, groups }));
    }
  }
  return chunks.map((_, chunk) => {
    const decision = table.decisionOf(batchId, chunk);
    if (decision === null) {
      throw new StaleClaimError(`expected to read back the claim of batch ${batchId}`);
    }
    return decision;
  });
}

type Judge = (span: PreparedSpan) => Pick<ClaimEntry, "verdict" | "digest">;

function toGroups(spans: readonly PreparedSpan[], judge: Judge): ClaimGroup[] {
  return [...Map.groupBy(spans, ({ tenant }) => tenant)].map(([tenant, group]) => ({
    tenant,
    entries: packEntries(group.map((span) => ({ ...span, ...judge(span) }))),
  }));
}

/** A first claim is for the log to decide, but for what an earlier try has settled. */
function byOwnRows(own: OwnRows | null): Judge {
  return (span) => ({ verdict: own?.verdict(span) ?? "open", digest: span.digest });
}

/** A renewal tells what was decided. */
function byDecision({ lost }: ChunkDecision): Judge {
  const winners = new Map(
    lost.map(({ tenant, entry }) => [`${tenant}/${spanIdentityKey(entry)}`, entry]),
  );
  return (span) => {
    const winner = winners.get(`${span.tenant}/${spanIdentityKey(span)}`);
    return winner === undefined
      ? { verdict: "kept", digest: span.digest }
      : { verdict: "lost", digest: winner.digest };
  };
}
