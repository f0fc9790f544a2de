/** Findings that wait for their next attribution. */
export interface DueFindings {
  /** Due at a time, or earlier if it already is. */
  add(finding: DueFinding, atUnixMs: number): void;
  remove(finding: DueFinding): void;
  /** At most `limit` of those whose time has come, oldest entries first. */
  due(nowUnixMs: number, limit: number): DueFinding[];
}

export interface DueFinding {
  readonly tenant: string;
  readonly id: string;
}

export function createDueFindings(): DueFindings {
  const entries = new Map<string, DueFinding & { readonly atUnixMs: number }>();
  return {
    add({ tenant, id }, atUnixMs) {
      const key = `${tenant}/${id}`;
      const before = entries.get(key)?.atUnixMs ?? Infinity;
      entries.set(key, { tenant, id, atUnixMs: Math.min(before, atUnixMs) });
    },
    remove({ tenant, id }) {
      entries.delete(`${tenant}/${id}`);
    },
    due: (nowUnixMs, limit) =>
      [...entries.values()].filter(({ atUnixMs }) => atUnixMs <= nowUnixMs).slice(0, limit),
  };
}
