-- What coding agents did, one row per event; a copy of a record replaces itself.
CREATE TABLE IF NOT EXISTS agent_events {{on_cluster}} (
  Tenant LowCardinality(String) CODEC(ZSTD(1)),
  Session String CODEC(ZSTD(1)),
  Time DateTime64(3) CODEC(Delta, ZSTD(1)),
  Id String CODEC(ZSTD(1)),
  Agent LowCardinality(String) CODEC(ZSTD(1)),
  Kind LowCardinality(String) CODEC(ZSTD(1)),
  EventName LowCardinality(String) CODEC(ZSTD(1)),
  Signal LowCardinality(String) CODEC(ZSTD(1)),
  ServiceName LowCardinality(String) CODEC(ZSTD(1)),
  PromptId String CODEC(ZSTD(1)),
  TraceId String CODEC(ZSTD(1)),
  SpanId String CODEC(ZSTD(1)),
  Text String CODEC(ZSTD(1)),
  Tool String CODEC(ZSTD(1)),
  ToolCallId String CODEC(ZSTD(1)),
  Command String CODEC(ZSTD(1)),
  Decision LowCardinality(String) CODEC(ZSTD(1)),
  DecisionSource LowCardinality(String) CODEC(ZSTD(1)),
  Success Nullable(Bool) CODEC(ZSTD(1)),
  DurationMs Float64 CODEC(ZSTD(1)),
  Model LowCardinality(String) CODEC(ZSTD(1)),
  InputTokens UInt64 CODEC(ZSTD(1)),
  OutputTokens UInt64 CODEC(ZSTD(1)),
  CacheReadTokens UInt64 CODEC(ZSTD(1)),
  CacheWriteTokens UInt64 CODEC(ZSTD(1)),
  CostUsd Float64 CODEC(ZSTD(1)),
  CommitRevision String CODEC(ZSTD(1)),
  Repository String CODEC(ZSTD(1)),
  Branch String CODEC(ZSTD(1)),
  UserDigest String CODEC(ZSTD(1)),
  PermissionMode LowCardinality(String) CODEC(ZSTD(1)),
  BatchId String CODEC(ZSTD(1)),
  ReceivedAt DateTime64(3) CODEC(Delta, ZSTD(1)),
  -- Agents may report a short commit id.
  INDEX idx_revision substring(CommitRevision, 1, 7) TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX idx_trace_id TraceId TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = {{engine:ReplacingMergeTree(ReceivedAt)}}
PARTITION BY toYYYYMM(Time)
ORDER BY (Tenant, Session, Time, Id)
TTL toDateTime(Time) + INTERVAL {{finding_days}} DAY
SETTINGS index_granularity = 1024, {{dedup_window}}
