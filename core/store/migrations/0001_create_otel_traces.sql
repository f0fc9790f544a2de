-- Spans, laid out like the OpenTelemetry ClickHouse exporter's table, plus columns of ours
-- (tenant, batch, and the canonical GenAI record).
CREATE TABLE IF NOT EXISTS otel_traces {{on_cluster}} (
  Tenant LowCardinality(String) CODEC(ZSTD(1)),
  Timestamp DateTime64(9) CODEC(Delta, ZSTD(1)),
  TraceId String CODEC(ZSTD(1)),
  SpanId String CODEC(ZSTD(1)),
  ParentSpanId String CODEC(ZSTD(1)),
  TraceState String CODEC(ZSTD(1)),
  SpanName LowCardinality(String) CODEC(ZSTD(1)),
  SpanKind LowCardinality(String) CODEC(ZSTD(1)),
  ServiceName LowCardinality(String) CODEC(ZSTD(1)),
  ResourceSchemaUrl LowCardinality(String) CODEC(ZSTD(1)),
  ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  ScopeSchemaUrl LowCardinality(String) CODEC(ZSTD(1)),
  ScopeName String CODEC(ZSTD(1)),
  ScopeVersion String CODEC(ZSTD(1)),
  SpanAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  Duration UInt64 CODEC(ZSTD(1)),
  StatusCode LowCardinality(String) CODEC(ZSTD(1)),
  StatusMessage String CODEC(ZSTD(1)),
  Events Nested (
    Timestamp DateTime64(9),
    Name LowCardinality(String),
    Attributes Map(LowCardinality(String), String)
  ) CODEC(ZSTD(1)),
  Links Nested (
    TraceId String,
    SpanId String,
    TraceState String,
    Attributes Map(LowCardinality(String), String)
  ) CODEC(ZSTD(1)),
  BatchId String CODEC(ZSTD(1)),
  ReceivedAt DateTime64(3) CODEC(Delta, ZSTD(1)),
  -- Hash of the span's content, given by the writer: tells a resend from a conflicting copy.
  Digest UInt64 CODEC(ZSTD(1)),
  Environment LowCardinality(String) CODEC(ZSTD(1)),
  ServiceVersion LowCardinality(String) CODEC(ZSTD(1)),
  GenAiConvention LowCardinality(String) CODEC(ZSTD(1)),
  GenAiOperation LowCardinality(String) CODEC(ZSTD(1)),
  GenAiProvider LowCardinality(String) CODEC(ZSTD(1)),
  GenAiRequestModel LowCardinality(String) CODEC(ZSTD(1)),
  GenAiResponseModel LowCardinality(String) CODEC(ZSTD(1)),
  GenAiAgent LowCardinality(String) CODEC(ZSTD(1)),
  GenAiTool LowCardinality(String) CODEC(ZSTD(1)),
  GenAiToolCallId String CODEC(ZSTD(1)),
  Session String CODEC(ZSTD(1)),
  InputTokens UInt64 CODEC(ZSTD(1)),
  OutputTokens UInt64 CODEC(ZSTD(1)),
  CacheReadTokens UInt64 CODEC(ZSTD(1)),
  CacheWriteTokens UInt64 CODEC(ZSTD(1)),
  CostUsd Float64 CODEC(ZSTD(1)),
  INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1,
  INDEX idx_session Session TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX idx_res_attr_key mapKeys(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX idx_res_attr_value mapValues(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX idx_span_attr_key mapKeys(SpanAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX idx_duration Duration TYPE minmax GRANULARITY 1
)
ENGINE = {{engine:MergeTree}}
PARTITION BY toDate(Timestamp)
ORDER BY (Tenant, ServiceName, SpanName, toDateTime(Timestamp))
TTL toDateTime(Timestamp) + INTERVAL {{raw_days}} DAY
SETTINGS ttl_only_drop_parts = 1, min_bytes_for_wide_part = 0, vertical_merge_algorithm_min_rows_to_activate = 1,
  vertical_merge_algorithm_min_columns_to_activate = 1,
  min_columns_to_activate_adaptive_write_buffer = 1, {{dedup_window}}
