-- Who stored which span: the lookup that keeps a resend out of the raw table.
CREATE TABLE IF NOT EXISTS span_identity {{on_cluster}} (
  Tenant LowCardinality(String) CODEC(ZSTD(1)),
  TraceId String CODEC(ZSTD(1)),
  SpanId String CODEC(ZSTD(1)),
  SpanKind LowCardinality(String) CODEC(ZSTD(1)),
  BatchId String CODEC(ZSTD(1)),
  Digest UInt64 CODEC(ZSTD(1)),
  Timestamp DateTime CODEC(Delta, ZSTD(1))
)
ENGINE = {{engine:MergeTree}}
PARTITION BY toMonday(Timestamp)
ORDER BY (Tenant, TraceId, SpanId)
TTL Timestamp + INTERVAL {{raw_days}} DAY
SETTINGS index_granularity = 1024, ttl_only_drop_parts = 1, {{dedup_window}}
