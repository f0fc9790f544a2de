import { deploymentStart } from "../../core/changes/carried-commits.ts";
import type { Change } from "../../core/model/change.ts";
import { stableId } from "../../core/model/identity.ts";
import type { DependencyDiff } from "./diff-bills.ts";

/** Packages of one bill that get a change of their own; the rest is counted in one more. */
const maxChanges = 100;

/**
 * The `dependency` changes of a bill. Their ids are hashes of the carrier's id and the package, so
 * the same bill gives the same changes.
 *
 * @param carrier the deployment, or the artifact that came without one
 */
export function dependencyChanges(carrier: Change, diffs: readonly DependencyDiff[]): Change[] {
  const shown = diffs.slice(0, maxChanges).map((diff) => toChange(carrier, diff));
  const rest = diffs.slice(maxChanges);
  return rest.length === 0 ? shown : [...shown, otherChange(carrier, rest)];
}

function toChange(carrier: Change, diff: DependencyDiff): Change {
  const { purl, type, from, to, direct, newMaintainer, installScript, licenseChange } = diff;
  return {
    ...baseOf(carrier, purl),
    name: purl,
    version: to,
    details: {
      type,
      purl,
      from,
      to,
      ...(direct === null ? {} : { direct }),
      ...(newMaintainer === "" ? {} : { newMaintainer }),
      ...(installScript ? { installScript } : {}),
      ...(licenseChange === null ? {} : { licenseChange }),
      ...originOf(carrier),
    },
  };
}

function otherChange(carrier: Change, rest: readonly DependencyDiff[]): Change {
  const counts: Record<string, number> = {};
  for (const { type } of rest) {
    counts[type] = (counts[type] ?? 0) + 1;
  }
  return {
    ...baseOf(carrier, ""),
    name: "other packages",
    details: { type: "other", packages: rest.length, ...counts, ...originOf(carrier) },
  };
}

function originOf({ kind, changeId }: Change): Record<string, string> {
  return kind === "deployment" ? { deployment: changeId } : { bill: changeId };
}

function baseOf(carrier: Change, purl: string): Change {
  return {
    ...carrier,
    changeId: `dependency-${stableId(carrier.tenant, carrier.changeId, purl)}`,
    kind: "dependency",
    timeUnixMs: deploymentStart(carrier),
    version: "",
    revision: "",
    parents: [],
    message: "",
    files: [],
    pullRequest: "",
    session: null,
    prompt: "",
    intent: "",
    status: "",
    source: "sbom",
    artifacts: [],
  };
}
