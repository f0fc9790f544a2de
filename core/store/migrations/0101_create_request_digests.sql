-- Requests of logs and metrics that were stored, to know the same bytes again for a day.
CREATE TABLE IF NOT EXISTS request_digests {{on_cluster}} (
  Tenant LowCardinality(String),
  Signal LowCardinality(String),
  Digest String,
  Topic LowCardinality(String),
  Partition UInt32,
  Offset UInt64,
  ReceivedAt DateTime
)
ENGINE = {{engine:ReplacingMergeTree}}
ORDER BY (Tenant, Signal, Digest, Topic, Partition, Offset)
TTL ReceivedAt + INTERVAL 25 HOUR
SETTINGS index_granularity = 1024, {{dedup_window}}
