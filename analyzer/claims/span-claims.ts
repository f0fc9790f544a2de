import { randomInt } from "node:crypto";
import type { Store } from "../../core/store/store.ts";
import type { PreparedSpan } from "../ingest/prepare-batch.ts";
import { createSeenSpans } from "../ingest/seen-spans.ts";
import type { KnownSpans } from "../ingest/stored-spans.ts";
import { parseBatchRange } from "./batch-range.ts";
import {
  type Age,
  type ClaimableBatch,
  type ClaimLog,
  chunksOf,
  claimChunks,
  StaleClaimError,
} from "./claim-chunks.ts";
import { decodeClaim, encodeClaim } from "./claim-record.ts";
import { createClaimTable } from "./claim-table.ts";
import { createHeldBatches, type Holding } from "./held-batches.ts";
import { knownByClaim } from "./known-by-claim.ts";
import { readOwnRows } from "./own-rows.ts";

/** Settles which of several analyzers stores a span that reached more than one of them. */
export interface SpanClaims {
  /** To be called with each record of the log, from its retained start on. */
  apply(value: Buffer | null): void;
  /**
   * Claims the spans of a batch, or finds the claim it has.
   *
   * @param inHand the batch that is being stored meanwhile; `null` for none
   * @returns what tells its duplicates. Its `expect` throws a StaleClaimError when the claim has
   *   become so old that the batch has to be taken up again, which renews it.
   */
  claim(
    batch: ClaimableBatch,
    spans: readonly PreparedSpan[],
    inHand: string | null,
  ): Promise<KnownSpans>;
  /** The batch is committed. */
  done(batchId: string): void;
  /** The batch may be dead-lettered: its spans are free again. To be called before that. */
  release(batch: ClaimableBatch): Promise<void>;
  /** Learns what the store holds; until it is done the store is asked about every span. */
  load(): Promise<void>;
}

export interface SpanClaimsOptions {
  readonly log: ClaimLog;
  readonly store: Record<"reads" | "writes", Store>;
  /** A count of milliseconds that nobody can set. */
  readonly elapsedMs?: () => number;
}

/** A quarter of the two hours that the log is kept. */
const freshMs = 30 * 60_000;

export function createSpanClaims(options: SpanClaimsOptions): SpanClaims {
  const { log, store, elapsedMs = () => performance.now() } = options;
  const seen = createSeenSpans();
  const held = createHeldBatches();
  const writer = randomInt(2 ** 32);
  let sequence = 0;
  let loaded = false;
  const table = createClaimTable(
    // Before all is loaded, any span may be stored.
    (tenant, entries, at) => seen.addPacked(tenant, entries, at) || !loaded,
    (batchId) => held.has(batchId),
  );

  function sign(): { writer: number; sequence: number } {
    sequence += 1;
    return { writer, sequence };
  }

  return {
    apply(value) {
      if (value !== null) {
        table.apply(decodeClaim(value));
      }
    },
    async claim(batch, spans, inHand) {
      const { id: batchId } = batch;
      const isForgotten =
        table.decisionOf(batchId, 0) === null && held.mayHaveBeenTried(batchId) && spans.length > 0;
      const holding = held.add(batchId, inHand);
      const own = isForgotten ? await readOwnRows(store, batchId, spans) : null;
      const chunks = chunksOf(spans);
      const age = ageOf(holding, batch, elapsedMs());
      const decisions = await claimChunks({ log, table, held, sign }, batch, chunks, {
        own,
        age,
      });
      const atMs = elapsedMs();
      holding.claim = { epoch: batch.epoch ?? 0, atMs };
      return {
        ...knownByClaim(store.writes, chunks, decisions),
        expect() {
          if (elapsedMs() - atMs > freshMs) {
            throw new StaleClaimError(`the claim of batch ${batchId} is too old`);
          }
        },
      };
    },
    done: (batchId) => held.done(batchId),
    async release({ id: batchId, epoch = 0 }) {
      held.released(batchId);
      if (parseBatchRange(batchId) !== null) {
        const about = { batchId, epoch, ...sign(), chunk: 0, doneBefore: 0, groups: [] };
        await log.append(batchId, encodeClaim({ type: "release", ...about }));
      }
    },
    async load() {
      await seen.load(store.reads);
      loaded = true;
    },
  };
}

function ageOf({ claim }: Holding, { epoch = 0 }: ClaimableBatch, nowMs: number): Age {
  if (claim === null || claim.epoch !== epoch) {
    return "new";
  }
  return nowMs - claim.atMs < freshMs / 2 ? "current" : "old";
}
