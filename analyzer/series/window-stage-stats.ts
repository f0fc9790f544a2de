import type { FollowedStream } from "./followed-stream.ts";
import type { Stream } from "./stream.ts";

export interface WindowStageStats {
  readonly streams: number;
  readonly series: number;
  /** Streams beyond the cap of their tenant since the last checkpoint, each counted once. */
  readonly unfollowedStreams: number;
  /** Series and values beyond their caps, counted whenever they were seen. */
  readonly unfollowedSeries: number;
  /** Streams whose rates are not judged because of how they are sampled. */
  readonly markedStreams: number;
}

/** Counts what a stage follows. */
export function windowStageStats(
  followed: ReadonlyMap<string, FollowedStream>,
  unfollowed: ReadonlyMap<string, Stream>,
): WindowStageStats {
  const states = [...followed.values()].map(({ state }) => state);
  return {
    streams: followed.size,
    series: states.reduce((sum, { series }) => sum + series.size, 0),
    unfollowedStreams: unfollowed.size,
    markedStreams: states.filter(({ sampling }) => sampling.mark !== "").length,
    unfollowedSeries: states.reduce((sum, s) => sum + s.unfollowed + s.values.unfollowed, 0),
  };
}
