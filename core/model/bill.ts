/** One component of a bill of materials. Absent text is `""`. */
export interface BillComponent {
  /** Package URL without version, qualifiers and subpath, such as `pkg:npm/lodash`. */
  readonly purl: string;
  readonly version: string;
  /** SPDX expression or name of the license. */
  readonly license: string;
  /** Who publishes it, as the document says; names only. */
  readonly maintainer: string;
  readonly installScript: boolean;
  /** Whether the described product depends on it itself; `null` where the document does not say. */
  readonly direct: boolean | null;
}

export const billFormats = ["cyclonedx", "spdx"] as const;

/**
 * What a deployed product is made of: `details.bill` of a deployment or artifact on its way to the
 * analyzer, which keeps the components in their own table and a summary in the change.
 */
export interface Bill {
  readonly format: (typeof billFormats)[number];
  readonly specVersion: string;
  /** Sorted by purl and version, each pair once. */
  readonly components: readonly BillComponent[];
}

/** What stays in `details.bill` of the stored change. */
export interface BillSummary {
  readonly format: string;
  readonly specVersion: string;
  readonly components: number;
  /** Digest of the component list: equal lists have equal digests. */
  readonly digest: string;
}

export const billLimits = {
  components: 50_000,
  purl: 512,
  version: 256,
  license: 512,
  maintainer: 512,
} as const;

/** Sorts by purl and version and keeps one component for each pair. */
export function sortComponents(components: readonly BillComponent[]): BillComponent[] {
  const byKey = new Map<string, BillComponent>();
  for (const component of components) {
    const key = `${component.purl}@${component.version}`;
    const known = byKey.get(key);
    byKey.set(key, known === undefined ? component : joined(known, component));
  }
  return [...byKey.entries()]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, component]) => component);
}

/** A package that is listed twice is direct if one entry is, and says what either says. */
function joined(a: BillComponent, b: BillComponent): BillComponent {
  return {
    ...a,
    license: a.license || b.license,
    maintainer: a.maintainer || b.maintainer,
    installScript: a.installScript || b.installScript,
    direct: a.direct === true || b.direct === true ? true : (a.direct ?? b.direct),
  };
}
