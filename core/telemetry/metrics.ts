import type { Counter, Histogram, Meter } from "@opentelemetry/api";
import {
  type CounterName,
  type GaugeName,
  type HistogramName,
  metricTable,
} from "./metric-table.ts";

/** Labels come from closed sets only: telemetry never becomes a label. */
export type Labels = Readonly<Record<string, string>>;

/** What the parts report about themselves. */
export interface Metrics {
  count(name: CounterName, value: number, labels?: Labels): void;
  /** Seconds. */
  observe(name: HistogramName, seconds: number, labels?: Labels): void;
}

export interface MetricsRegistry extends Metrics {
  /** Reads the value whenever it is collected. */
  gauge(name: GaugeName, read: () => number): void;
}

const durationBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Reports to every given meter; instruments are made at first use. */
export function createMetrics(meters: readonly Meter[]): MetricsRegistry {
  const counters = new Map<string, Counter[]>();
  const histograms = new Map<string, Histogram[]>();
  return {
    count(name, value, labels) {
      const made = memoized(counters, name, () =>
        meters.map((meter) => meter.createCounter(name, aboutMetric(name))),
      );
      for (const counter of made) {
        counter.add(value, labels);
      }
    },
    observe(name, seconds, labels) {
      const made = memoized(histograms, name, () =>
        meters.map((meter) =>
          meter.createHistogram(name, {
            ...aboutMetric(name),
            advice: { explicitBucketBoundaries: durationBounds },
          }),
        ),
      );
      for (const histogram of made) {
        histogram.record(seconds, labels);
      }
    },
    gauge(name, read) {
      for (const meter of meters) {
        meter.createObservableGauge(name, aboutMetric(name)).addCallback((result) => {
          result.observe(read());
        });
      }
    },
  };
}

function aboutMetric(name: keyof typeof metricTable): { unit: string; description: string } {
  const { unit, description } = metricTable[name];
  return { unit, description };
}

function memoized<T>(known: Map<string, T>, key: string, make: () => T): T {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}
