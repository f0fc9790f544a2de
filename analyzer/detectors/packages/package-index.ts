import { readFileSync } from "node:fs";
import { packageKey } from "./package-key.ts";
import { parsePackageList } from "./parse-package-list.ts";

/** Which packages exist, as far as the operator says. Nothing is ever looked up elsewhere. */
export interface PackageIndex {
  /** `unknown` where no list of that ecosystem is configured. */
  status(ecosystem: string, name: string): "listed" | "absent" | "unknown";
}

/** Without any list. */
export const noPackages: PackageIndex = { status: () => "unknown" };

/**
 * Reads the lists of `analyzer.packageLists`, a file for each ecosystem: an export of a registry
 * mirror with a name on each line, a JSON list, or a lockfile of npm, pip, Poetry or Cargo.
 *
 * @throws Error if a file cannot be read; a missing list must not pass for an empty one.
 */
export function readPackageIndex(lists: Readonly<Record<string, string>>): PackageIndex {
  const names = new Map<string, ReadonlySet<string>>();
  for (const [ecosystem, file] of Object.entries(lists)) {
    names.set(ecosystem, parsePackageList(readFileSync(file, "utf8"), ecosystem));
  }
  return {
    status(ecosystem, name) {
      const known = names.get(ecosystem);
      if (known === undefined) {
        return "unknown";
      }
      return known.has(packageKey(ecosystem, name)) ? "listed" : "absent";
    },
  };
}
