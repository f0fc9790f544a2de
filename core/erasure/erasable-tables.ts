/** A table whose rows about a person are deleted. Names and expressions come from here alone. */
export interface DeletedTable {
  readonly table: string;
  /** Expressions that together tell a row from every other with other content. */
  readonly key: readonly string[];
  /** Columns with attributes: `Map(String, String)`. */
  readonly attributes: readonly string[];
  /** Columns with a list of such maps. */
  readonly attributeLists: readonly string[];
  /** Columns that hold a value which may be the id itself. */
  readonly values: readonly string[];
  /** Columns with text, searched with `matchText` only. */
  readonly texts: readonly string[];
  /** Whether a row belongs to a trace and a session (columns `TraceId`, `Session`). */
  readonly inSession: boolean;
}

/** A table whose rows stay, with the person's words taken out. Each has a `Revision`. */
export interface RewrittenTable {
  readonly table: string;
  /** Key of the table after the tenant: what a newer revision replaces. */
  readonly key: readonly string[];
  /** Columns with text, or lists of texts, in which the id may be mentioned. */
  readonly texts: readonly string[];
  /** Whether rows belong to a session, and lose excerpts when it is erased. */
  readonly inSession: boolean;
}

function metricTable(table: string, exemplars: boolean): DeletedTable {
  return {
    table,
    key: ["MetricName", "TimeUnix", "StartTimeUnix", "BatchId", "Attributes", "ResourceAttributes"],
    attributes: ["ResourceAttributes", "ScopeAttributes", "Attributes"],
    attributeLists: exemplars ? ["Exemplars.FilteredAttributes"] : [],
    values: [],
    texts: [],
    inSession: false,
  };
}

/** In the order in which they are emptied: what leads to other rows comes last. */
export const deletedTables: readonly DeletedTable[] = [
  {
    table: "series_values",
    key: ["ServiceName", "Environment", "Hour", "Dimension", "Value"],
    attributes: [],
    attributeLists: [],
    values: ["Value"],
    texts: ["Value"],
    inSession: false,
  },
  metricTable("otel_metrics_gauge", true),
  metricTable("otel_metrics_sum", true),
  metricTable("otel_metrics_histogram", true),
  metricTable("otel_metrics_exponential_histogram", true),
  metricTable("otel_metrics_summary", false),
  {
    table: "agent_events",
    key: ["Session", "Time", "Id", "ReceivedAt"],
    attributes: [],
    attributeLists: [],
    values: ["Session", "UserDigest"],
    texts: ["Text", "Command", "Repository", "Branch"],
    inSession: true,
  },
  {
    table: "otel_logs",
    key: ["Timestamp", "TraceId", "SpanId", "ServiceName", "BatchId", "Body", "LogAttributes"],
    attributes: ["ResourceAttributes", "ScopeAttributes", "LogAttributes"],
    attributeLists: [],
    values: ["Session"],
    texts: ["Body", "EventName"],
    inSession: true,
  },
  {
    table: "otel_traces",
    key: ["TraceId", "SpanId", "SpanKind", "Timestamp"],
    attributes: ["ResourceAttributes", "SpanAttributes"],
    attributeLists: ["Events.Attributes", "Links.Attributes"],
    values: ["Session"],
    texts: ["SpanName", "StatusMessage", "TraceState"],
    inSession: true,
  },
];

/** Findings, decisions and changes stay: who did it is replaced, what was done is not. */
export const rewrittenTables: readonly RewrittenTable[] = [
  {
    table: "changes",
    key: ["ChangeId"],
    texts: ["Author", "Name", "Message", "SessionId", "Prompt", "Intent", "Details"],
    inSession: false,
  },
  {
    table: "detections",
    key: ["Fingerprint", "Id"],
    texts: ["Session", "Tool", "Excerpt", "MaskedValue", "Location"],
    inSession: true,
  },
  {
    table: "findings",
    key: ["Id"],
    texts: ["Title", "Tool", "Attribution", "Evidence"],
    inSession: false,
  },
  { table: "finding_status", key: ["FindingId"], texts: ["Actor", "Reason"], inSession: false },
  {
    table: "bills",
    key: ["Service", "Environment", "ChangeId"],
    texts: ["Components.Maintainer"],
    inSession: false,
  },
  {
    table: "dataset_profiles",
    key: ["Dataset", "ChangeId", "Column"],
    texts: ["Min", "Max", "TopValues"],
    inSession: false,
  },
  { table: "proposals", key: ["Id"], texts: ["Title", "Document"], inSession: false },
];

/** Tables that hold nothing about a person, with the reason. */
export const untouchedTables: Readonly<Record<string, string>> = {
  span_identity: "ids of traces and spans, so that a resend of an erased span stays out",
  otel_traces_trace_id_ts: "ids and times of traces",
  windows_1m: "sums by service, operation, model and tool",
  windows_1h: "sums by service, operation, model and tool",
  noticed_values: "names of releases, models and prompts",
  series_measures: "sums by service, operation and finish reason",
  series_state: "state of detectors on those sums",
  detector_heartbeats: "whether detectors are alive",
  store_removals: "numbers of removed rows",
  ingest_accounting: "numbers of records by range of a Kafka partition",
  request_digests: "hashes of whole requests, for a day",
  erasure_scope: "what an erasure has yet to do; emptied at its end",
};
