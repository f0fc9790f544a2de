import type { SeriesWindow } from "../series-window.ts";

/** What a series measured in a stretch of time. */
export interface SeriesValue {
  /** In the unit of the series; `null` where nothing can be said. */
  readonly value: number | null;
  /** Spans, calls or requests behind it. */
  readonly items: number;
}

/** How people are shown a series: its values, and what its detector expects at a time. */
export interface SeriesView {
  readonly metric: string;
  /** @param stepMs length of the window. */
  value(window: SeriesWindow, subject: string, stepMs: number): SeriesValue;
  /**
   * What is usual at a time, after the detector's state; `null` while it is still learning.
   *
   * @param state as a checkpoint keeps it: text from the store, whose shape may be older.
   */
  baseline(state: object, timeUnixMs: number): number | null;
}

export const nothingMeasured: SeriesValue = { value: null, items: 0 };
