import { followedMetrics } from "../../../analyzer/series/metrics/followed-metrics.ts";
import type { SeriesWindow } from "../../../analyzer/series/series-window.ts";
import { seriesViews } from "../../../analyzer/series/views/registry.ts";
import { simulateAgent } from "./metrics/agent-weeks.ts";

/** Categories have shares and no value. */
const valued = followedMetrics.filter(
  ({ unit, type }) => !(unit === "ratio" && type === "drift.behaviour"),
);
const names = followedMetrics.map(({ metric }) => metric);

let windows: SeriesWindow[] = [];
beforeAll(() => {
  windows = [...simulateAgent({ seed: 2, days: 4, requestsPerMinute: 12 })];
});

it.each(names)("%s can be shown, with a state that has learnt nothing as well", (name) => {
  const metric = followedMetrics.find((each) => each.metric === name);
  const view = seriesViews.get(name);
  expect(view?.baseline(metric?.create() ?? {}, 0)).toBeNull();
});

it.each(valued)("$metric shows values near what its detector expects", (metric) => {
  const view = seriesViews.get(metric.metric);
  const subject = windows.flatMap((window) => metric.subjects(window)).at(0) ?? "";
  const state = metric.create();
  const sums = { value: 0, baseline: 0 };
  for (const [index, window] of windows.entries()) {
    metric.advance(state, window, subject);
    const { value } = view?.value(window, subject, 60_000) ?? { value: null };
    const baseline = view?.baseline(state, window.startUnixMs) ?? null;
    if (index > windows.length - 600 && value !== null && baseline !== null) {
      sums.value += value;
      sums.baseline += baseline;
    }
  }
  // With few days the baseline is the highest value ever seen at that hour.
  expect(sums.value / sums.baseline).toBeGreaterThan(0.3);
  expect(sums.value / sums.baseline).toBeLessThan(3);
});
