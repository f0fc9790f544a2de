-- The hourly twin of windows_1m, kept longer; fed by the spans too, so late ones count in both.
CREATE TABLE IF NOT EXISTS windows_1h {{on_cluster}} (
  Tenant LowCardinality(String) CODEC(ZSTD(1)),
  ServiceName LowCardinality(String) CODEC(ZSTD(1)),
  Environment LowCardinality(String) CODEC(ZSTD(1)),
  Window DateTime CODEC(Delta, ZSTD(1)),
  ServiceVersion LowCardinality(String) CODEC(ZSTD(1)),
  SpanKind LowCardinality(String) CODEC(ZSTD(1)),
  Root UInt8 CODEC(ZSTD(1)),
  GenAiOperation LowCardinality(String) CODEC(ZSTD(1)),
  GenAiRequestModel LowCardinality(String) CODEC(ZSTD(1)),
  GenAiTool LowCardinality(String) CODEC(ZSTD(1)),
  Spans SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
  Errors SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
  DurationNs SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
  -- Bucket b counts the spans of 2^(b/16) to 2^((b+1)/16) nanoseconds (4.4 % wide).
  DurationBuckets SimpleAggregateFunction(sumMap, Map(Int16, UInt64)) CODEC(ZSTD(1)),
  -- Of inference spans only: an agent span repeats the tokens of the calls below it.
  Inferences SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
  InputTokens SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
  OutputTokens SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
  CacheReadTokens SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
  CacheWriteTokens SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
  -- Decimal: sums of it do not depend on the order of merges.
  CostUsd SimpleAggregateFunction(sum, Decimal(38, 12)) CODEC(ZSTD(1))
)
ENGINE = {{engine:AggregatingMergeTree}}
PARTITION BY toYYYYMM(Window)
ORDER BY (
  Tenant, ServiceName, Environment, Window, ServiceVersion, SpanKind, Root, GenAiOperation,
  GenAiRequestModel, GenAiTool
)
TTL Window + INTERVAL {{hourly_days}} DAY
SETTINGS index_granularity = 1024, {{dedup_window}}
