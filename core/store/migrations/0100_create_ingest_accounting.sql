-- What became of each batch of a shared queue. A batch that is written down again replaces itself.
CREATE TABLE IF NOT EXISTS ingest_accounting {{on_cluster}} (
  Tenant LowCardinality(String),
  Signal LowCardinality(String),
  Topic LowCardinality(String),
  Partition UInt32,
  FromOffset UInt64,
  ToOffset UInt64,
  Received Int64,
  Stored Int64,
  Rejected Map(LowCardinality(String), Int64),
  DeadLettered Int64,
  BatchId String
)
ENGINE = {{engine:ReplacingMergeTree}}
ORDER BY (Tenant, Signal, Topic, Partition, FromOffset)
SETTINGS index_granularity = 1024, {{dedup_window}}
