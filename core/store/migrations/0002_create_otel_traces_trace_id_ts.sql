-- When a trace began and ended: turns a trace id into a time range, like the exporter's table.
CREATE TABLE IF NOT EXISTS otel_traces_trace_id_ts {{on_cluster}} (
  Tenant LowCardinality(String) CODEC(ZSTD(1)),
  TraceId String CODEC(ZSTD(1)),
  Start DateTime CODEC(Delta, ZSTD(1)),
  End DateTime CODEC(Delta, ZSTD(1))
)
ENGINE = {{engine:MergeTree}}
PARTITION BY toMonday(Start)
ORDER BY (Tenant, TraceId, Start)
TTL Start + INTERVAL {{raw_days}} DAY
SETTINGS index_granularity = 1024, ttl_only_drop_parts = 1, {{dedup_window}}
