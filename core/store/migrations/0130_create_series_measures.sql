-- What spans and events say beside their duration, per minute: finish reasons, the time to the
-- first token, evaluation scores. Series detectors read it.
CREATE TABLE IF NOT EXISTS series_measures {{on_cluster}} (
  Tenant LowCardinality(String) CODEC(ZSTD(1)),
  ServiceName LowCardinality(String) CODEC(ZSTD(1)),
  Environment LowCardinality(String) CODEC(ZSTD(1)),
  Window DateTime CODEC(Delta, ZSTD(1)),
  -- finish_reason, time_to_first_token or evaluation.
  Measure LowCardinality(String) CODEC(ZSTD(1)),
  -- Operation, or name of the evaluation.
  Subject String CODEC(ZSTD(1)),
  -- The finish reason.
  Label String CODEC(ZSTD(1)),
  SampleWeight Float64 CODEC(ZSTD(1)),
  Items SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
  -- Sum of scores. Decimal: sums of it do not depend on the order of merges.
  Total SimpleAggregateFunction(sum, Decimal(38, 9)) CODEC(ZSTD(1)),
  -- Of times: bucket b counts those of 2^(b/16) to 2^((b+1)/16) nanoseconds.
  Buckets SimpleAggregateFunction(sumMap, Map(Int16, UInt64)) CODEC(ZSTD(1))
)
ENGINE = {{engine:AggregatingMergeTree}}
PARTITION BY toDate(Window)
ORDER BY (
  Tenant, ServiceName, Environment, Window, Measure, Subject, Label, SampleWeight
)
TTL Window + INTERVAL {{window_days}} DAY
SETTINGS index_granularity = 1024, {{dedup_window}}
