import type { FollowedStream } from "./followed-stream.ts";
import { awaitsSpans, silenceCellMs } from "./silence.ts";
import { closedUntil, type WatermarkConfig } from "./watermark.ts";

/** Streams of which nothing arrived for so long may have stopped; batches of others come first. */
const stoppedAfterMs = 120_000;

export interface StoppedStreams {
  readonly stopped: readonly FollowedStream[];
  /** Event time that has passed for them. */
  readonly untilUnixMs: number;
}

/**
 * Streams of a tenant that bring nothing while others do. Time passes for them by what the others
 * show and never by the clock, so that a replay gives the same answers.
 */
export function stoppedStreams(
  streams: readonly FollowedStream[],
  nowUnixMs: number,
  config: WatermarkConfig,
): StoppedStreams {
  const untilUnixMs = streams.reduce(
    (latest, { progress }) => Math.max(latest, closedUntil(progress, nowUnixMs, config)),
    0,
  );
  const stopped = streams.filter(({ progress, state, lateFromUnixMs }) => {
    const isQuiet = nowUnixMs - progress.lastArrivalUnixMs >= stoppedAfterMs;
    const isBehind = untilUnixMs - state.seenUntilUnixMs >= silenceCellMs;
    const isNews = isBehind && awaitsSpans(state.silence, untilUnixMs);
    return isQuiet && isNews && lateFromUnixMs === Infinity;
  });
  return { stopped, untilUnixMs };
}
