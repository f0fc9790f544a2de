-- Rows that were removed before or at the end of their time, by tenant, day and reason.
CREATE TABLE IF NOT EXISTS store_removals {{on_cluster}} (
  Tenant LowCardinality(String),
  Reason LowCardinality(String),
  RemovedAt DateTime,
  Table LowCardinality(String),
  Partition String,
  Rows UInt64
)
ENGINE = {{engine:MergeTree}}
ORDER BY (Tenant, Reason, RemovedAt)
TTL RemovedAt + INTERVAL {{finding_days}} DAY
SETTINGS index_granularity = 1024, {{dedup_window}}
