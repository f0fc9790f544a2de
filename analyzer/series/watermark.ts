import type { Config } from "../../core/config/config.ts";
import { windowMs } from "./series-window.ts";

/** How far a stream has come: in event time by its records, in arrival time by the wall clock. */
export interface StreamProgress {
  readonly maxTimeUnixMs: number;
  readonly lastArrivalUnixMs: number;
}

export type WatermarkConfig = Pick<Config["analyzer"], "watermarkSeconds" | "streamIdleSeconds">;

/**
 * End of the last closed window. A window closes when the watermark (the greatest event time
 * less `watermarkSeconds`) passes its end, or `streamIdleSeconds` after the stream's last
 * arrival; time that passes without arrivals closes nothing beyond the newest record.
 */
export function closedUntil(
  { maxTimeUnixMs, lastArrivalUnixMs }: StreamProgress,
  nowUnixMs: number,
  { watermarkSeconds, streamIdleSeconds }: WatermarkConfig,
): number {
  const isIdle = nowUnixMs - lastArrivalUnixMs >= streamIdleSeconds * 1000;
  return isIdle
    ? floorToWindow(maxTimeUnixMs) + windowMs
    : floorToWindow(maxTimeUnixMs - watermarkSeconds * 1000);
}

export function floorToWindow(unixMs: number): number {
  return Math.floor(unixMs / windowMs) * windowMs;
}
