import type { SeriesAlarm } from "../detectors/series/series-metric.ts";
import type { StreamState } from "./stream-state.ts";

type Version = Pick<StreamState, "versionSinceUnixMs">;

const minuteMs = 60_000;
const warmUpMs = 5 * minuteMs;
/** Cells of sparse series begin up to a quarter of an hour after the mask. */
const toleranceMs = 15 * minuteMs;

/** A new version is slow at first: caches are cold, code is not compiled, connections are opened. */
export function isWarmingUp({ versionSinceUnixMs }: Version, timeUnixMs: number): boolean {
  return versionSinceUnixMs !== 0 && timeUnixMs < versionSinceUnixMs + warmUpMs;
}

/**
 * The onset of a slowness that was first seen when the warm-up of a version was over: it may have
 * begun with the version, because nobody looked.
 */
export function throughWarmUp(
  { versionSinceUnixMs }: Version,
  onset: SeriesAlarm["onset"],
): SeriesAlarm["onset"] {
  const isHidden =
    versionSinceUnixMs !== 0 &&
    onset.fromUnixMs >= versionSinceUnixMs &&
    onset.fromUnixMs <= versionSinceUnixMs + warmUpMs + toleranceMs;
  return isHidden ? { ...onset, fromUnixMs: versionSinceUnixMs } : onset;
}
