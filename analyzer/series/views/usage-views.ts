import type { LevelShiftState } from "../../detectors/series/level-shift.ts";
import type { ModelUsage, SeriesWindow } from "../series-window.ts";
import { levelBaseline } from "./level-baseline.ts";
import { nothingMeasured, type SeriesView } from "./series-view.ts";

type UsageOf = (model: ModelUsage) => number;

const hourMs = 3_600_000;

function perItem(
  metric: string,
  usageOf: UsageOf,
  itemsOf: (window: SeriesWindow, subject: string) => number,
): SeriesView {
  return {
    metric,
    value(window, subject) {
      const items = itemsOf(window, subject);
      return items === 0
        ? nothingMeasured
        : { value: totalOf(window, subject, usageOf) / items, items: Math.round(items) };
    },
    baseline: baselineOf,
  };
}

function perHour(metric: string, usageOf: UsageOf): SeriesView {
  return {
    metric,
    value: (window, subject, stepMs) =>
      window.models.length === 0
        ? nothingMeasured
        : {
            value: (totalOf(window, subject, usageOf) * hourMs) / stepMs,
            items: Math.round(window.models.reduce((sum, { calls }) => sum + calls, 0)),
          },
    baseline: baselineOf,
  };
}

/** Cost and tokens per request, per call of a model, and per hour. */
export const usageViews: readonly SeriesView[] = (
  [
    ["cost", (model: ModelUsage) => model.costUsd],
    ["tokens", (model: ModelUsage) => model.tokens],
  ] as const
).flatMap(([name, usageOf]) => [
  perItem(`${name}_per_request`, usageOf, ({ requests, models }) =>
    models.length === 0 ? 0 : requests,
  ),
  perItem(`${name}_per_call`, usageOf, callsOf),
  perHour(`${name}_per_hour`, usageOf),
]);

function totalOf({ models }: SeriesWindow, subject: string, usageOf: UsageOf): number {
  return models
    .filter(({ model }) => subject === "" || model === subject)
    .reduce((sum, model) => sum + usageOf(model), 0);
}

function callsOf({ models }: SeriesWindow, subject: string): number {
  return models.find(({ model }) => model === subject)?.calls ?? 0;
}

function baselineOf(state: object, timeUnixMs: number): number | null {
  return levelBaseline((state as { readonly shift: LevelShiftState }).shift, timeUnixMs);
}
