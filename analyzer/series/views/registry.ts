import { agentViews } from "./agent-views.ts";
import { errorRateView, latencyView } from "./request-views.ts";
import type { SeriesView } from "./series-view.ts";
import { usageViews } from "./usage-views.ts";

/** How each followed metric is shown; a new one is its view and one line here. */
export const seriesViews: ReadonlyMap<string, SeriesView> = new Map(
  [errorRateView, latencyView, ...usageViews, ...agentViews].map((view) => [view.metric, view]),
);
