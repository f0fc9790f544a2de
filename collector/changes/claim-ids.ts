import type { Change } from "../../core/model/change.ts";
import { stableId } from "../../core/model/identity.ts";
import type { AcceptedItem, RejectedItem } from "./read-changes.ts";

export interface Claim {
  readonly key: string;
  readonly owner: string;
}

/**
 * The name a change takes in the tenant's space of ids. Only the same kind, service and
 * repository may speak about it again.
 */
export function claimOf({ tenant, changeId, kind, service, repository }: Change): Claim {
  return {
    key: `change/${tenant}/${changeId}`,
    owner: stableId(kind, service, repository),
  };
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
    const claim = claimOf(item.change);
    const isRefuted = refuted.has(claim.key) || refuted.has(claimName(claim));
    const owner = owners.get(claim.key) ?? claim.owner;
    if (isRefuted || owner !== claim.owner) {
      taken.push(idTaken(item));
    } else {
      owners.set(claim.key, owner);
      kept.push(item);
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
