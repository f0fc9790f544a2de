import type { LevelShiftState } from "../../detectors/series/level-shift.ts";
import { expected } from "../../detectors/series/seasonal-profile.ts";

/** The level a {@link LevelShiftState} expects at a time, on the natural scale. */
export function levelBaseline(
  shift: Pick<LevelShiftState, "profile" | "adopted">,
  timeUnixMs: number,
): number | null {
  const level = expected(shift.profile, timeUnixMs);
  return level === null ? null : Math.exp(level + shift.adopted);
}
