import type { Change } from "../../core/model/change.ts";
import { stableId } from "../../core/model/identity.ts";
import { canonicalRepository } from "./canonical-repository.ts";
import type { AcceptedItem, RejectedItem } from "./read-changes.ts";

export interface Claim {
  readonly key: string;
  readonly owner: string;
}

/**
 * The names a change takes in the tenant's space of ids: only the same kind, service and
 * repository may speak about it again.
 *
 * They are claimed apart, because several senders know a part of a change, and a later statement
 * may be shorter than the first: one that leaves service or repository out contradicts nobody.
 * Owners are digests: claims lie in the queue in the clear, and a sender's text may hold a secret.
 */
export function claimsOf(change: Change): Claim[] {
  const { kind, service, repository } = change;
  return [
    claimIn(change, "change-kind", kind),
    ...(service === "" ? [] : [claimIn(change, "change-service", stableId(service))]),
    ...(repository === ""
      ? []
      : [claimIn(change, "change-repository", stableId(canonicalRepository(repository)))]),
  ];
}

function claimIn({ tenant, changeId }: Change, space: string, owner: string): Claim {
  return { key: `${space}/${tenant}/${changeId}`, owner };
}

/**
 * Parts items into those that may be appended together and those whose id is taken: by an
 * owner outside this request, or by an earlier item of it.
 *
 * @param refuted Claims (`claimName`) that the queue refused, or keys nobody may claim.
 */
export function partByClaims(
  items: readonly AcceptedItem[],
  refuted: ReadonlySet<string>,
): { readonly kept: readonly AcceptedItem[]; readonly taken: readonly RejectedItem[] } {
  const owners = new Map<string, string>();
  const kept: AcceptedItem[] = [];
  const taken: RejectedItem[] = [];
  for (const item of items) {
    const claims = claimsOf(item.change);
    const isTaken = claims.some(
      (claim) =>
        refuted.has(claim.key) ||
        refuted.has(claimName(claim)) ||
        (owners.get(claim.key) ?? claim.owner) !== claim.owner,
    );
    if (isTaken) {
      taken.push(idTaken(item));
    } else {
      kept.push(item);
      for (const { key, owner } of claims) {
        owners.set(key, owner);
      }
    }
  }
  return { kept, taken };
}

/** Keys have no line feed, so no claim is named like another or like a key. */
export function claimName({ key, owner }: Claim): string {
  return `${owner}\n${key}`;
}

function idTaken({ index }: AcceptedItem): RejectedItem {
  return {
    index,
    reason: "id_taken",
    detail: "this id belongs to a change of another kind, service or repository",
  };
}
