-- Projection of the commands on a finding; a finding without a row is open.
CREATE TABLE IF NOT EXISTS finding_status {{on_cluster}} (
  Tenant LowCardinality(String),
  FindingId String,
  Status LowCardinality(String),
  Reason String,
  Until Nullable(DateTime64(3)),
  Actor String,
  ChangedAt DateTime64(3),
  Revision UInt64
)
ENGINE = {{engine:ReplacingMergeTree(Revision)}}
ORDER BY (Tenant, FindingId)
TTL toDateTime(ChangedAt) + INTERVAL {{finding_days}} DAY
SETTINGS index_granularity = 1024, {{dedup_window}}
