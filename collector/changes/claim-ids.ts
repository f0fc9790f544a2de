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

/** Parts items into those whose claims hold against `owners` and earlier items, and the rest. */
export function partByClaims(
  items: readonly AcceptedItem[],
  conflicting: ReadonlySet<string>,
): { readonly kept: readonly AcceptedItem[]; readonly taken: readonly RejectedItem[] } {
  const owners = new Map<string, string>();
  const kept: AcceptedItem[] = [];
  const taken: RejectedItem[] = [];
  for (const item of items) {
    const { key, owner } = claimOf(item.change);
    if (conflicting.has(key) || (owners.get(key) ?? owner) !== owner) {
      taken.push(idTaken(item));
    } else {
      owners.set(key, owner);
      kept.push(item);
    }
  }
  return { kept, taken };
}

function idTaken({ index }: AcceptedItem): RejectedItem {
  return {
    index,
    reason: "id_taken",
    detail: "this id belongs to a change of another kind, service or repository",
  };
}
