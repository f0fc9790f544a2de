import type { FindingType, Severity } from "../../../core/model/finding.ts";
import type { SeriesWindow } from "../../series/series-window.ts";

/** What a series detector says when a series left its baseline. */
export interface SeriesAlarm {
  readonly rule: string;
  /** From a closed vocabulary plus a sanitised operation name. */
  readonly targetClass: string;
  readonly severity: Severity;
  readonly score: number;
  /** Absent: strong. */
  readonly strength?: "strong" | "weak";
  /** From a closed template: numbers, units and sanitised names only. */
  readonly excerpt: string;
  /** When the shift began, as an interval. */
  readonly onset: { readonly fromUnixMs: number; readonly toUnixMs: number };
}

/**
 * One metric that is followed per subject (an operation, a model, or the whole service), with
 * the detector that watches it. State is plain JSON: written as a checkpoint and read back, it
 * continues to the bit.
 */
export interface SeriesMetric {
  readonly metric: string;
  readonly unit: string;
  readonly type: FindingType;
  readonly detector: string;
  readonly ruleVersion: number;
  /** Which series of this metric the window has something to say about. */
  subjects(window: SeriesWindow): readonly string[];
  create(): object;
  /** Takes the next window in event-time order; changes `state` in place. */
  advance(state: object, window: SeriesWindow, subject: string): SeriesAlarm | null;
}

/** The same with a typed state: what a detector file implements. */
export interface TypedSeriesMetric<State extends object>
  extends Omit<SeriesMetric, "create" | "advance"> {
  create(): State;
  advance(state: State, window: SeriesWindow, subject: string): SeriesAlarm | null;
}

/** Hides the type of the state; only states that `create` made are ever passed back. */
export function defineSeriesMetric<State extends object>(
  metric: TypedSeriesMetric<State>,
): SeriesMetric {
  return {
    ...metric,
    advance: (state, window, subject) => metric.advance(state as State, window, subject),
  };
}
