import type { Bill, BillComponent, BillSummary } from "../../core/model/bill.ts";
import type { Change } from "../../core/model/change.ts";
import type { DatasetProfile } from "../../core/model/dataset-profile.ts";
import { stableId } from "../../core/model/identity.ts";

/** A change without its lists, and the lists, which have tables of their own. */
export interface PartedChange {
  readonly change: Change;
  readonly bill: Bill | null;
  readonly profile: DatasetProfile | null;
}

/** Takes the components of a bill and the columns of a profile out; a summary stays. */
export function partDetails(change: Change): PartedChange {
  const { bill, profile } = change.details as { bill?: Bill; profile?: DatasetProfile };
  const details: Record<string, unknown> = { ...change.details };
  if (bill !== undefined) {
    details["bill"] = summaryOf(bill);
  }
  if (change.kind === "dataset" && profile !== undefined) {
    const { rows, columns, duplicates } = profile;
    details["profile"] = {
      rows,
      columns: columns.length,
      duplicates: duplicates.length,
      digest: stableId(JSON.stringify(profile)),
    };
  }
  return {
    change: { ...change, details },
    bill: bill ?? null,
    profile: (change.kind === "dataset" && profile) || null,
  };
}

export function summaryOf({ format, specVersion, components }: Bill): BillSummary {
  return { format, specVersion, components: components.length, digest: billDigest(components) };
}

export function billDigest(components: readonly BillComponent[]): string {
  return stableId(JSON.stringify(components));
}
