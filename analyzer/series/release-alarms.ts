import type { Detection } from "../../core/model/finding.ts";
import type { FalseVerdicts } from "../alarm/read-verdicts.ts";
import { standingAlarms } from "../alarm/release-alarms.ts";
import { type FollowedStream, release, waitingAlarms } from "./followed-stream.ts";

/**
 * Raises the alarms of a tenant that stand, given all the series it follows.
 *
 * @param streams every stream of the tenant.
 */
export function releaseAlarms(
  streams: readonly FollowedStream[],
  verdicts: FalseVerdicts,
): Detection[] {
  if (streams.every((followed) => waitingAlarms(followed).length === 0)) {
    return [];
  }
  const standing = new Set(
    standingAlarms(
      streams.flatMap(({ state }) => state.alarms.candidates),
      streams.reduce((sum, { state }) => sum + state.series.size, 0),
      verdicts,
    ),
  );
  return streams.flatMap((followed) =>
    release(
      followed,
      waitingAlarms(followed).filter((alarm) => standing.has(alarm)),
    ),
  );
}
