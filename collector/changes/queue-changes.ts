import type { NewQueueRecord } from "../../core/queue/queue.ts";
import { appendDurably, type UploadDependencies } from "../take-upload.ts";
import { type Claim, claimName, claimsOf, partByClaims } from "./claim-ids.ts";
import type { AcceptedItem, RejectedItem } from "./read-changes.ts";

export interface ChangesAnswer {
  readonly accepted: number;
  readonly rejected: readonly RejectedItem[];
  /** Events that are well formed and say nothing about a change; left out when there are none. */
  readonly ignored?: number;
  /** The delivery came before and has no second effect. */
  readonly duplicate?: true;
}

export interface ChangeDelivery {
  readonly tenant: string;
  readonly receivedAtUnixMs: number;
  readonly accepted: readonly AcceptedItem[];
  readonly rejected: readonly RejectedItem[];
  readonly ignored: number;
  /** The same digest within 24 h is counted as a duplicate and not queued. */
  readonly dedupDigest?: string;
}

/** Rounds in which owners of one id may be tried; then all its items of the request are taken. */
const maxClaimRounds = 8;

/**
 * Queues the accepted changes with claims on their ids. The queue refuses an append whole when another owner has one of the ids; the rest is then
 * appended without the refused claims.
 */
export async function queueChanges(
  dependencies: Pick<UploadDependencies, "queue" | "quota" | "logger">,
  delivery: ChangeDelivery,
): Promise<ChangesAnswer> {
  const { dedupDigest, ignored } = delivery;
  const refuted = new Set<string>();
  for (let round = 1; ; round += 1) {
    const { kept, taken } = partByClaims(delivery.accepted, refuted);
    const rejected = [...delivery.rejected, ...taken].toSorted((a, b) => a.index - b.index);
    const answer = { accepted: kept.length, rejected, ...(ignored > 0 && { ignored }) };
    if (kept.length + rejected.length + ignored === 0) {
      return answer;
    }
    const claims = kept.flatMap(({ change }) => claimsOf(change));
    const record = toRecord(delivery, kept, rejected);
    const options = { claims, ...(dedupDigest !== undefined && { dedupDigest }) };
    const result = await appendDurably(dependencies, record, options);
    if (result.status !== "conflict") {
      return result.status === "duplicate" ? { accepted: 0, rejected, duplicate: true } : answer;
    }
    const conflicting = new Set(result.keys);
    refute(
      refuted,
      claims.filter(({ key }) => conflicting.has(key)),
      round < maxClaimRounds,
    );
  }
}

/** Refutes the claims of these owners, or in the last round of every owner. */
function refute(refuted: Set<string>, claims: readonly Claim[], byOwner: boolean): void {
  for (const claim of claims) {
    refuted.add(byOwner ? claimName(claim) : claim.key);
  }
}

function toRecord(
  { tenant, receivedAtUnixMs, ignored }: ChangeDelivery,
  kept: readonly AcceptedItem[],
  rejected: readonly RejectedItem[],
): NewQueueRecord {
  return {
    tenant,
    signal: "changes",
    receivedAtUnixMs,
    contentType: "json",
    contentEncoding: "identity",
    acceptedCount: kept.length,
    rejectedOrdinals: [],
    rejected: { ...countByReason(rejected), ...(ignored > 0 && { ignored }) },
    body: Buffer.from(JSON.stringify(kept.map(({ change }) => change))),
  };
}

function countByReason(rejected: readonly RejectedItem[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { reason } of rejected) {
    counts[reason] = (counts[reason] ?? 0) + 1;
  }
  return counts;
}
