import type { LevelShiftState } from "../../detectors/series/level-shift.ts";
import type { LevelFall } from "../metrics/level-fall.ts";
import { evaluationFall, outputLengthFall } from "../metrics/level-falls.ts";
import { countRefusals } from "../metrics/refusal-rate.ts";
import type { CategoryCounts } from "../series-window.ts";
import { levelBaseline } from "./level-baseline.ts";
import { errorRateView, latencyView } from "./request-views.ts";
import { nothingMeasured, type SeriesView } from "./series-view.ts";

const hourMs = 3_600_000;

/** A detector of falls keeps the inverse of the level. */
function inverseBaseline(state: object, timeUnixMs: number): number | null {
  const inverse = levelBaseline((state as { readonly shift: LevelShiftState }).shift, timeUnixMs);
  return inverse === null ? null : 1 / inverse;
}

function fallView({ metric, totalOf }: LevelFall): SeriesView {
  return {
    metric,
    value(window, subject) {
      const { total, items } = totalOf(window, subject);
      return items === 0 ? nothingMeasured : { value: total / items, items: Math.round(items) };
    },
    baseline: inverseBaseline,
  };
}

const requestsView: SeriesView = {
  metric: "requests",
  value: ({ requests }, _, stepMs) => ({
    value: (requests * hourMs) / stepMs,
    items: Math.round(requests),
  }),
  baseline: inverseBaseline,
};

const firstTokenView: SeriesView = {
  ...latencyView,
  metric: "time_to_first_token",
  value(window, subject, stepMs) {
    const operations = (window.measurements ?? [])
      .filter(({ measure }) => measure === "time_to_first_token")
      .map((each) => ({ ...each, operation: each.subject, spans: each.items, errors: 0 }));
    return latencyView.value({ ...window, operations }, subject, stepMs);
  },
};

const refusalView: SeriesView = {
  ...errorRateView,
  metric: "refusal_rate",
  value(window, subject) {
    const { spans, errors } = countRefusals(
      countsOf(window.categories, "finish_reason", subject) ?? {},
    );
    return spans === 0 ? nothingMeasured : { value: errors / spans, items: spans };
  },
};

/** A mix has no value of its own: the number of items says when there was anything to judge. */
function mixView(metric: string, kind: CategoryCounts["kind"]): SeriesView {
  return {
    metric,
    value(window, subject) {
      const counts = Object.values(countsOf(window.categories, kind, subject) ?? {});
      return { value: null, items: counts.reduce((sum, count) => sum + count, 0) };
    },
    baseline: () => null,
  };
}

function countsOf(
  categories: readonly CategoryCounts[] | undefined,
  kind: CategoryCounts["kind"],
  subject: string,
): CategoryCounts["counts"] | undefined {
  return categories?.find((each) => each.kind === kind && each.subject === subject)?.counts;
}

/** What models and their users do: volume, first tokens, refusals, mixes, lengths, scores. */
export const agentViews: readonly SeriesView[] = [
  requestsView,
  firstTokenView,
  refusalView,
  mixView("tool_mix", "tool"),
  mixView("finish_reasons", "finish_reason"),
  fallView(outputLengthFall),
  fallView(evaluationFall),
];
