import type { MessagePort } from "node:worker_threads";
import type { CounterName, HistogramName } from "./metric-table.ts";
import type { Labels, Metrics } from "./metrics.ts";

type Report =
  | { readonly kind: "count"; readonly name: CounterName; value: number; readonly labels?: Labels }
  | {
      readonly kind: "observe";
      readonly name: HistogramName;
      readonly value: number;
      readonly labels?: Labels;
    };

/** Metrics of a worker thread: sent to the main thread, which owns the meters. */
export function createPortMetrics(port: MessagePort): Metrics {
  function send(report: Report): void {
    port.postMessage(report);
  }
  return {
    count: (name, value, labels) => send({ kind: "count", name, value, ...(labels && { labels }) }),
    observe: (name, value, labels) =>
      send({ kind: "observe", name, value, ...(labels && { labels }) }),
  };
}

/** Receives in the main thread what `createPortMetrics` sends. */
export function forwardMetrics(port: MessagePort, to: Metrics): void {
  port.on("message", (report: Report) => {
    if (report.kind === "count") {
      to.count(report.name, report.value, report.labels);
    } else {
      to.observe(report.name, report.value, report.labels);
    }
  });
}
