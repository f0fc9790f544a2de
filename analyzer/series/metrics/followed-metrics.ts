import type { SeriesMetric } from "../../detectors/series/series-metric.ts";
import { seriesMetrics } from "../../detectors/series/series-metrics.ts";
import { finishReasons, toolMix } from "./category-mix.ts";
import { firstTokenTime } from "./first-token-time.ts";
import { levelFalls } from "./level-falls.ts";
import { refusalRate } from "./refusal-rate.ts";
import { requestFall } from "./request-fall.ts";

/** Every metric that a stream follows; a new one is its file, its view and one line here. */
export const followedMetrics: readonly SeriesMetric[] = [
  ...seriesMetrics,
  requestFall,
  firstTokenTime,
  refusalRate,
  finishReasons,
  toolMix,
  ...levelFalls,
];
