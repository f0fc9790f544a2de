import { costAnomalies } from "./cost-anomaly.ts";
import { errorRegression } from "./error-regression.ts";
import { performanceRegression } from "./performance-regression.ts";
import type { SeriesMetric } from "./series-metric.ts";

/** Every metric that is followed on windows; a new one is its file and one line here. */
export const seriesMetrics: readonly SeriesMetric[] = [
  errorRegression,
  performanceRegression,
  ...costAnomalies,
];
