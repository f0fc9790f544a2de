import type { BillComponent } from "../../core/model/bill.ts";
import { compareVersions } from "./compare-versions.ts";

/** How one package differs between two bills. */
export interface DependencyDiff {
  readonly purl: string;
  readonly type: "added" | "removed" | "upgraded" | "downgraded";
  /** Empty for an added package. */
  readonly from: string;
  /** Empty for a removed one. */
  readonly to: string;
  readonly direct: boolean | null;
  /** Who publishes it now, where both bills say and do not agree. */
  readonly newMaintainer: string;
  /** It runs a script when installed, and did not before. */
  readonly installScript: boolean;
  /** Where both bills name a license and do not agree. */
  readonly licenseChange: { readonly from: string; readonly to: string } | null;
}

/**
 * What changed between two bills of the same product. A tree may hold several versions of one
 * package: the greatest version that came is set against the greatest that went. What changes
 * without a change of version is not reported, for then it was the tool that changed its mind.
 *
 * Sorted by what people look at first: direct ones and those with an install script or a new
 * maintainer, then by name.
 */
export function diffBills(
  before: readonly BillComponent[],
  after: readonly BillComponent[],
): DependencyDiff[] {
  const old = Map.groupBy(before, ({ purl }) => purl);
  const now = Map.groupBy(after, ({ purl }) => purl);
  return [...new Set([...old.keys(), ...now.keys()])]
    .flatMap((purl) => diffPackage(purl, old.get(purl) ?? [], now.get(purl) ?? []) ?? [])
    .toSorted((a, b) => interest(b) - interest(a) || (a.purl < b.purl ? -1 : 1));
}

function diffPackage(
  purl: string,
  before: readonly BillComponent[],
  after: readonly BillComponent[],
): DependencyDiff | null {
  const [old, now] = [versionsOf(before), versionsOf(after)];
  const gone = greatest(before.filter(({ version }) => !now.has(version)));
  const come = greatest(after.filter(({ version }) => !old.has(version)));
  if (gone === undefined && come === undefined) {
    return null;
  }
  const shown = come ?? gone;
  return {
    purl,
    type: typeOf(gone, come),
    from: gone?.version ?? "",
    to: come?.version ?? "",
    direct: shown?.direct ?? null,
    ...claimsOf(gone ?? before[0], come),
  };
}

function typeOf(
  gone: BillComponent | undefined,
  come: BillComponent | undefined,
): DependencyDiff["type"] {
  if (gone === undefined) {
    return "added";
  }
  if (come === undefined) {
    return "removed";
  }
  return compareVersions(gone.version, come.version) < 0 ? "upgraded" : "downgraded";
}

/** What the newer component says that the older one said differently. */
function claimsOf(
  before: BillComponent | undefined,
  after: BillComponent | undefined,
): Pick<DependencyDiff, "newMaintainer" | "installScript" | "licenseChange"> {
  return {
    newMaintainer: differs(before?.maintainer, after?.maintainer) ? (after?.maintainer ?? "") : "",
    installScript: after?.installScript === true && before?.installScript !== true,
    licenseChange: differs(before?.license, after?.license)
      ? { from: before?.license ?? "", to: after?.license ?? "" }
      : null,
  };
}

/** Whether both say something, and not the same. */
function differs(a = "", b = ""): boolean {
  return a !== "" && b !== "" && a !== b;
}

function versionsOf(components: readonly BillComponent[]): Set<string> {
  return new Set(components.map(({ version }) => version));
}

function greatest(components: readonly BillComponent[]): BillComponent | undefined {
  return components.toSorted((a, b) => compareVersions(b.version, a.version))[0];
}

function interest({ direct, installScript, newMaintainer }: DependencyDiff): number {
  return (direct === true ? 1 : 0) + (installScript ? 2 : 0) + (newMaintainer === "" ? 0 : 2);
}
