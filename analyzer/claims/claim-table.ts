import { type BatchRange, overlaps, parseBatchRange } from "./batch-range.ts";
import {
  type ClaimEntry,
  type ClaimGroup,
  type ClaimRecord,
  digestOf,
  entryBytes,
  identityOf,
  unpackEntry,
  verdictOf,
} from "./claim-record.ts";

/** What the log says of one chunk of a batch's claim, the same to everyone who reads it. */
export interface ChunkDecision {
  /** Spans that an earlier batch has claimed, with the digest of the one that won. */
  readonly lost: readonly LostSpan[];
  /**
   * For each entry whether the span may be stored from before; `null` where that was not asked
   * when the chunk was read.
   */
  readonly maybeStored: readonly boolean[] | null;
}

export interface LostSpan {
  readonly tenant: string;
  readonly entry: ClaimEntry;
}

export interface ClaimTable {
  /** Takes in the next record of the log. */
  apply(record: ClaimRecord): void;
  /** The decision on a chunk whose claim has been taken in and still stands. */
  decisionOf(batchId: string, chunk: number): ChunkDecision | null;
  /** Batches whose claims stand, for tests and metrics. */
  size(): number;
}

/** Notes that a span was claimed, and says whether it may have been stored or claimed before. */
export type NoteSpan = (tenant: string, entries: Buffer, at: number) => boolean;

interface StandingClaim {
  readonly batchId: string;
  readonly range: BatchRange | null;
  readonly chunks: Map<number, ChunkDecision>;
  readonly owned: Map<string, string[]>;
}

interface Owner {
  readonly claim: StandingClaim;
  readonly digest: number;
}

/** What is known of a partition. */
interface Source {
  readonly claims: Set<StandingClaim>;
  /** Records before it are done with. */
  doneBefore: number;
  /** The newest owner that was heard of: the last writer to appear in the newest epoch. */
  epoch: number;
  writer: number;
  sequence: number;
  /** Writers that gave way to another in this epoch. */
  readonly gone: Set<number>;
  /** Batches not done with whose claims gave way to other ranges of their records. */
  readonly replaced: Set<string>;
}

interface TableState {
  readonly claims: Map<string, StandingClaim>;
  readonly sources: Map<string, Source>;
  /** Owners by tenant and identity. */
  readonly owners: Map<string, Map<string, Owner>>;
  readonly note: NoteSpan;
  readonly isOwn: (batchId: string) => boolean;
}

/**
 * Who owns which span: a pure function of the log up to a record, so all analyzers agree without
 * asking one another. The first batch to claim a span owns it.
 *
 * Ranges of one partition that overlap are one piece of work (a batch and its halves, or a look
 * ahead that was never written down), of which only the newest is ever stored: it takes the place
 * of the others. What an earlier owner of the partition claims after a later one decides nothing.
 *
 * A claim stands until a later claim on its partition says that the records are done with (their
 * rows are then found in the store), or until it is released.
 *
 * @param isOwn whether this process waits for the decision on a batch
 */
export function createClaimTable(
  note: NoteSpan,
  isOwn: (batchId: string) => boolean = () => true,
): ClaimTable {
  const table: TableState = {
    claims: new Map(),
    sources: new Map(),
    owners: new Map(),
    note,
    isOwn,
  };
  return {
    apply(record) {
      if (isOutdated(table, record)) {
        return;
      }
      takeNews(table, record);
      if (record.type === "release") {
        release(table, record.batchId);
        return;
      }
      const claim = standing(table, record.batchId);
      // The first claim of a batch counts: whoever repeats it decides the same.
      if (!claim.chunks.has(record.chunk)) {
        claim.chunks.set(record.chunk, decide(table, claim, record));
      }
      replaceOverlapping(table, claim);
    },
    decisionOf: (batchId, chunk) => table.claims.get(batchId)?.chunks.get(chunk) ?? null,
    size: () => table.claims.size,
  };
}

/**
 * Whether a record comes too late: from a process that does not know yet that it lost the partition
 * (it will not commit, and what it stores another has claimed under the same batch id), or after
 * what the same process has written since.
 */
function isOutdated(table: TableState, record: ClaimRecord): boolean {
  const { batchId, epoch, writer, sequence } = record;
  const range = parseBatchRange(batchId);
  const source = sourceOf(table, range);
  if (source === null || range === null) {
    return false;
  }
  const hasLost = epoch < source.epoch || (epoch === source.epoch && source.gone.has(writer));
  const isLate = writer === source.writer && sequence < source.sequence;
  return hasLost || isLate || range.from < source.doneBefore;
}

function takeNews(table: TableState, record: ClaimRecord): void {
  const source = sourceOf(table, parseBatchRange(record.batchId));
  if (source === null) {
    return;
  }
  if (record.epoch > source.epoch) {
    source.gone.clear();
  } else if (record.writer !== source.writer) {
    source.gone.add(source.writer);
  }
  source.epoch = record.epoch;
  source.writer = record.writer;
  source.sequence = record.sequence;
  if (record.doneBefore > source.doneBefore) {
    source.doneBefore = record.doneBefore;
    forgetDone(table, source);
  }
}

function forgetDone(table: TableState, source: Source): void {
  for (const claim of source.claims) {
    if (claim.range !== null && claim.range.to < source.doneBefore) {
      remove(table, claim);
    }
  }
  for (const batchId of source.replaced) {
    if ((parseBatchRange(batchId)?.to ?? 0) < source.doneBefore) {
      source.replaced.delete(batchId);
    }
  }
}

function sourceOf({ sources }: TableState, range: BatchRange | null): Source | null {
  if (range === null) {
    return null;
  }
  const known = sources.get(range.source);
  const source = known ?? createSource();
  sources.set(range.source, source);
  return source;
}

function createSource(): Source {
  return {
    claims: new Set(),
    doneBefore: 0,
    epoch: -1,
    writer: -1,
    sequence: 0,
    gone: new Set(),
    replaced: new Set(),
  };
}

function standing(table: TableState, batchId: string): StandingClaim {
  const known = table.claims.get(batchId);
  if (known !== undefined) {
    return known;
  }
  const range = parseBatchRange(batchId);
  const claim: StandingClaim = { batchId, range, chunks: new Map(), owned: new Map() };
  table.claims.set(batchId, claim);
  sourceOf(table, range)?.claims.add(claim);
  return claim;
}

function decide(
  table: TableState,
  claim: StandingClaim,
  { groups, batchId }: ClaimRecord,
): ChunkDecision {
  const maybeStored: boolean[] = [];
  // What was decided before holds no more once the claim has given way.
  const isFirm = sourceOf(table, claim.range)?.replaced.has(batchId) !== true;
  const lost = groups.flatMap((group) => decideGroup(table, claim, group, { isFirm, maybeStored }));
  return { lost, maybeStored: table.isOwn(batchId) ? maybeStored : null };
}

function decideGroup(
  { owners, note }: TableState,
  claim: StandingClaim,
  { tenant, entries }: ClaimGroup,
  { isFirm, maybeStored }: { readonly isFirm: boolean; readonly maybeStored: boolean[] },
): LostSpan[] {
  const ofTenant = owners.get(tenant) ?? new Map<string, Owner>();
  owners.set(tenant, ofTenant);
  const owned = claim.owned.get(tenant) ?? [];
  claim.owned.set(tenant, owned);
  const lost: LostSpan[] = [];
  for (let at = 0; at < entries.length; at += entryBytes) {
    maybeStored.push(note(tenant, entries, at));
    const key = identityOf(entries, at);
    const before = ofTenant.get(key);
    const verdict = isFirm ? verdictOf(entries, at) : "open";
    if (verdict === "lost") {
      lost.push({ tenant, entry: unpackEntry(entries, at) });
    } else if (before === undefined || verdict === "kept" || isSameWork(before, claim)) {
      ofTenant.set(key, { claim, digest: digestOf(entries, at) });
      owned.push(key);
    } else if (before.claim !== claim) {
      lost.push({ tenant, entry: { ...unpackEntry(entries, at), digest: before.digest } });
    }
  }
  return lost;
}

/** Another range of the same records; a copy within a batch is for the batch to see. */
function isSameWork(owner: Owner, claim: StandingClaim): boolean {
  return owner.claim !== claim && overlaps(owner.claim.range, claim.range);
}

/** Frees what a batch owns, and what other ranges of its records do. */
function release(table: TableState, batchId: string): void {
  const claim = standing(table, batchId);
  replaceOverlapping(table, claim);
  remove(table, claim);
}

/** All other ranges of the same records are never stored, unless they are claimed again. */
function replaceOverlapping(table: TableState, claim: StandingClaim): void {
  const source = sourceOf(table, claim.range);
  for (const other of source?.claims ?? []) {
    if (other !== claim && overlaps(other.range, claim.range)) {
      remove(table, other);
      source?.replaced.add(other.batchId);
    }
  }
}

function remove(table: TableState, claim: StandingClaim): void {
  table.claims.delete(claim.batchId);
  sourceOf(table, claim.range)?.claims.delete(claim);
  for (const [tenant, keys] of claim.owned) {
    const ofTenant = table.owners.get(tenant);
    for (const key of keys) {
      // A newer range of the same records may own it by now.
      if (ofTenant?.get(key)?.claim === claim) {
        ofTenant.delete(key);
      }
    }
  }
}
