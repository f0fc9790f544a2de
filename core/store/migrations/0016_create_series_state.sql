-- Checkpoint of each followed series, and what the series is; the newest revision counts.
CREATE TABLE IF NOT EXISTS series_state {{on_cluster}} (
  Tenant LowCardinality(String) CODEC(ZSTD(1)),
  Service LowCardinality(String) CODEC(ZSTD(1)),
  Environment LowCardinality(String) CODEC(ZSTD(1)),
  Series String CODEC(ZSTD(1)),
  Metric LowCardinality(String) CODEC(ZSTD(1)),
  -- The operation or model that is measured; empty for the whole service.
  Subject String CODEC(ZSTD(1)),
  Unit LowCardinality(String) CODEC(ZSTD(1)),
  -- End of the last minute the state has seen.
  SeenUntil DateTime CODEC(ZSTD(1)),
  State String CODEC(ZSTD(3)),
  Revision UInt64 CODEC(ZSTD(1))
)
ENGINE = {{engine:ReplacingMergeTree(Revision)}}
ORDER BY (Tenant, Service, Environment, Series)
TTL SeenUntil + INTERVAL {{finding_days}} DAY
SETTINGS index_granularity = 1024, {{dedup_window}}
