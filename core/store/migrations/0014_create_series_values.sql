-- Which tools, models and hosts a service used in which hour, and the first span of each.
CREATE TABLE IF NOT EXISTS series_values {{on_cluster}} (
  Tenant LowCardinality(String) CODEC(ZSTD(1)),
  ServiceName LowCardinality(String) CODEC(ZSTD(1)),
  Environment LowCardinality(String) CODEC(ZSTD(1)),
  Hour DateTime CODEC(Delta, ZSTD(1)),
  Dimension LowCardinality(String) CODEC(ZSTD(1)),
  Value String CODEC(ZSTD(1)),
  Spans SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
  -- Timestamp, trace, span and version of the first; the tuple orders by time, then by id.
  First SimpleAggregateFunction(min, Tuple(DateTime64(9), String, String, String)) CODEC(ZSTD(1))
)
ENGINE = {{engine:AggregatingMergeTree}}
PARTITION BY toYYYYMM(Hour)
ORDER BY (Tenant, ServiceName, Environment, Hour, Dimension, Value)
TTL Hour + INTERVAL {{window_days}} DAY
SETTINGS index_granularity = 1024, {{dedup_window}}
