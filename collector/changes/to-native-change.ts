import type { Change } from "../../core/model/change.ts";

/** The native JSON form of a change, as `POST /v1/changes` takes it; empty fields are left out. */
export function toNativeChange(change: Change): Record<string, unknown> {
  const { tenant: _, changeId, timeUnixMs, startedAtUnixMs, completedAtUnixMs, ...same } = change;
  const fields = {
    ...same,
    id: changeId,
    time: toRfc3339(timeUnixMs),
    startedAt: toRfc3339(startedAtUnixMs),
    completedAt: toRfc3339(completedAtUnixMs),
  };
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) =>
        value !== null && value !== "" && !(Array.isArray(value) && value.length === 0),
    ),
  );
}

function toRfc3339(unixMs: number | null): string | null {
  return unixMs === null ? null : new Date(unixMs).toISOString();
}
