-- What the columns of a data set looked like when it changed: one row per column.
CREATE TABLE IF NOT EXISTS dataset_profiles {{on_cluster}} (
  Tenant LowCardinality(String) CODEC(ZSTD(1)),
  Dataset String CODEC(ZSTD(1)),
  ChangeId String CODEC(ZSTD(1)),
  Service LowCardinality(String) CODEC(ZSTD(1)),
  Environment LowCardinality(String) CODEC(ZSTD(1)),
  Time DateTime64(3) CODEC(ZSTD(1)),
  Version String CODEC(ZSTD(1)),
  -- Of the whole data set, the same in every row of a profile.
  Rows UInt64 CODEC(ZSTD(1)),
  DuplicateHashes Array(String) CODEC(ZSTD(1)),
  DuplicateCounts Array(UInt64) CODEC(ZSTD(1)),
  -- Empty in the row of a profile without columns.
  Column String CODEC(ZSTD(1)),
  Ordinal UInt16 CODEC(ZSTD(1)),
  Type LowCardinality(String) CODEC(ZSTD(1)),
  Count UInt64 CODEC(ZSTD(1)),
  Nulls UInt64 CODEC(ZSTD(1)),
  Distinct Nullable(UInt64) CODEC(ZSTD(1)),
  -- JSON: a number or a text; empty when not said.
  Min String CODEC(ZSTD(1)),
  Max String CODEC(ZSTD(1)),
  Mean Nullable(Float64) CODEC(ZSTD(1)),
  QuantileLevels Array(Float64) CODEC(ZSTD(1)),
  Quantiles Array(Float64) CODEC(ZSTD(1)),
  TopValues Array(String) CODEC(ZSTD(1)),
  TopCounts Array(UInt64) CODEC(ZSTD(1)),
  Revision UInt64 CODEC(ZSTD(1))
)
ENGINE = {{engine:ReplacingMergeTree(Revision)}}
ORDER BY (Tenant, Dataset, ChangeId, Column)
TTL toDateTime(Time) + INTERVAL {{finding_days}} DAY
SETTINGS index_granularity = 1024, {{dedup_window}}
