/** Every metric Telltale reports about itself; names and units after OpenTelemetry's rules. */
export const metricTable = {
  "telltale.ingest.requests": {
    kind: "counter",
    unit: "{request}",
    description: "Requests answered by the collector, by signal and HTTP status",
  },
  "telltale.ingest.duration": {
    kind: "histogram",
    unit: "s",
    description: "Time from the first byte of a request to its answer",
  },
  "telltale.collector.throttled": {
    kind: "counter",
    unit: "{request}",
    description: "Requests refused because their tenant was over its quota, by signal",
  },
  "telltale.auth.failures": {
    kind: "counter",
    unit: "{request}",
    description: "Requests without a valid credential, by reason",
  },
  "telltale.webhooks.deliveries": {
    kind: "counter",
    unit: "{delivery}",
    description: "Webhook deliveries, by forge and what became of them",
  },
  "telltale.analyzer.batches": {
    kind: "counter",
    unit: "{batch}",
    description: "Batches stored",
  },
  "telltale.analyzer.records": {
    kind: "counter",
    unit: "{record}",
    description: "Records of stored batches, duplicates included",
  },
  "telltale.analyzer.batch.duration": {
    kind: "histogram",
    unit: "s",
    description: "Time to process one batch, by stage",
  },
  "telltale.analyzer.errors": {
    kind: "counter",
    unit: "{error}",
    description: "Analyzer steps that failed and were repeated",
  },
  "telltale.series.overflow": {
    kind: "counter",
    unit: "{name}",
    description: "Names beyond what a tenant may have, stored as `other`, by dimension",
  },
  "telltale.detector.detections": {
    kind: "counter",
    unit: "{detection}",
    description: "Detections on single records, by detector",
  },
  "telltale.detector.errors": {
    kind: "counter",
    unit: "{error}",
    description: "Detectors that threw on a record; the others went on",
  },
  "telltale.guard.requests": {
    kind: "counter",
    unit: "{request}",
    description: "Contents judged by the guard, by direction and action",
  },
  "telltale.guard.duration": {
    kind: "histogram",
    unit: "s",
    description: "Time in which the guard judged a content",
  },
  "telltale.guard.failures": {
    kind: "counter",
    unit: "{request}",
    description: "Contents that the guard could not check, by reason and what was answered",
  },
  "telltale.guard.refresh.failures": {
    kind: "counter",
    unit: "{failure}",
    description: "Guardrails or rules that could not be read anew; the last ones stay in force",
  },
  "telltale.guard.guardrails": {
    kind: "gauge",
    unit: "{guardrail}",
    description: "Approved guardrails in force",
  },
  "telltale.guard.guardrails.unread": {
    kind: "gauge",
    unit: "{guardrail}",
    description: "Approved guardrails that the guard cannot apply",
  },
  "telltale.guard.guardrails.age": {
    kind: "gauge",
    unit: "s",
    description: "Time since the guardrails were last compared with the store",
  },
  "telltale.outside.requests": {
    kind: "counter",
    unit: "{record}",
    description: "Records for outside detectors, by detector and what became of them",
  },
  "telltale.rules.loaded": {
    kind: "gauge",
    unit: "{rule}",
    description: "Rules of your own in force",
  },
  "telltale.store.dropped": {
    kind: "counter",
    unit: "{row}",
    description: "Raw rows dropped to stay within the disk limit, by table",
  },
  "telltale.store.expired": {
    kind: "counter",
    unit: "{row}",
    description: "Rows removed because their tenant keeps less than others, by table",
  },
  "telltale.store.size": { kind: "gauge", unit: "By", description: "Size of the store's data" },
  "telltale.store.limit": { kind: "gauge", unit: "By", description: "Limit of the store's data" },
  "telltale.queue.lag": {
    kind: "gauge",
    unit: "{request}",
    description: "Requests on Kafka that the analyzers have yet to store, all partitions together",
  },
  "telltale.queue.waiting": {
    kind: "gauge",
    unit: "{record}",
    description: "Records acknowledged and not yet stored",
  },
  "telltale.queue.size": { kind: "gauge", unit: "By", description: "Size of the queue file" },
  "telltale.queue.limit": { kind: "gauge", unit: "By", description: "Limit of the queue file" },
  "telltale.queue.age": {
    kind: "gauge",
    unit: "s",
    description: "Age of the oldest record that waits",
  },
  "telltale.health.ready": { kind: "gauge", unit: "1", description: "1 when ready, else 0" },
  "telltale.health.reasons": {
    kind: "gauge",
    unit: "{reason}",
    description: "Parts that are in trouble, as /readyz names them",
  },
  "telltale.health.skipped": {
    kind: "gauge",
    unit: "{event}",
    description: "Events of the command log that could not be understood and were left out",
  },
  "telltale.health.disk.free": {
    kind: "gauge",
    unit: "By",
    description: "Room on the disk of the data folder",
  },
  "telltale.health.queue.room": {
    kind: "gauge",
    unit: "1",
    description: "Share of the queue that new records may still take",
  },
  "telltale.health.store.wait": {
    kind: "gauge",
    unit: "s",
    description: "Age of the oldest write that the store has not finished",
  },
  "telltale.process.memory": { kind: "gauge", unit: "By", description: "Resident set size" },
} as const satisfies Record<string, MetricDefinition>;

interface MetricDefinition {
  readonly kind: "counter" | "histogram" | "gauge";
  readonly unit: string;
  readonly description: string;
}

type NamesOf<Kind> = {
  [Name in keyof typeof metricTable]: (typeof metricTable)[Name]["kind"] extends Kind
    ? Name
    : never;
}[keyof typeof metricTable];

export type CounterName = NamesOf<"counter">;
export type HistogramName = NamesOf<"histogram">;
export type GaugeName = NamesOf<"gauge">;
