import type { SamplingVerdict } from "../../series/sampling-watch.ts";

/** A step that explains a rise may miss it by a quarter. */
const tolerance = 1.25;
const halved = 0.5;

/**
 * Whether a rise is what a sampler makes of it that begins to keep errors, slow or costly traces
 * only: the number of requests stepped down, and there are no more of the bad ones per minute
 * than before. `rise` is the relative rise of their share, such as 4 for four times as many.
 */
export function isExplainedByLoss(sampling: SamplingVerdict | undefined, rise: number): boolean {
  const factor = sampling?.volumeFactor ?? 1;
  return factor < halved && factor * rise <= tolerance;
}

/** Whether a total rose only as far as the number of requests stepped up. */
export function isExplainedByVolume(sampling: SamplingVerdict | undefined, rise: number): boolean {
  const factor = sampling?.volumeFactor ?? 1;
  return factor > 1 && rise <= tolerance * factor;
}
