import type { Change } from "../core/model/change.ts";

/** A change in the native form of `POST /v1/changes`; what is not known is left out. */
export function nativeChange(change: Change): object {
  const {
    tenant: _tenant,
    changeId,
    timeUnixMs,
    startedAtUnixMs,
    completedAtUnixMs,
    ...rest
  } = change;
  const said = Object.entries(rest).filter(
    ([, value]) => value !== "" && value !== null && !(Array.isArray(value) && value.length === 0),
  );
  return {
    ...Object.fromEntries(said),
    ...(change.kind !== "commit" && { id: changeId }),
    time: new Date(timeUnixMs).toISOString(),
    ...(startedAtUnixMs !== null && { startedAt: new Date(startedAtUnixMs).toISOString() }),
    ...(completedAtUnixMs !== null && { completedAt: new Date(completedAtUnixMs).toISOString() }),
  };
}
