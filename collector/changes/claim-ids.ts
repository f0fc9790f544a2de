import type { Change } from "../../core/model/change.ts";
import { stableId } from "../../core/model/identity.ts";
import { canonicalRepository } from "./canonical-repository.ts";
import type { AcceptedItem, RejectedItem } from "./read-changes.ts";

export interface Claim {
  readonly key: string;
  readonly owner: string;
}

/**
 * The names a change takes in the tenant's space of ids. Only the same kind, service and
 * repository may speak about it again.
 *
 * The id of a commit is what it contains, and several senders know a part of it: the forge its
 * files, an authorship note its session. So a commit claims kind, service and repository apart,
 * and a statement that leaves one out contradicts nobody.
 */
export function claimsOf(change: Change): Claim[] {
  const { kind, service, repository } = change;
  if (kind !== "commit") {
    return [
      claimIn(change, "change-kind", kind),
      claimIn(change, "change", stableId(kind, service, repository)),
    ];
  }
  return [
    claimIn(change, "change-kind", kind),
    ...(service === "" ? [] : [claimIn(change, "commit-service", service)]),
    ...(repository === ""
      ? []
      : [claimIn(change, "commit-repository", canonicalRepository(repository))]),
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
