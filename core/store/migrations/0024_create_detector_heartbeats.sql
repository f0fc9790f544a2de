-- For each hour with traffic: did the detector still catch its synthetic canary?
CREATE TABLE IF NOT EXISTS detector_heartbeats {{on_cluster}} (
  Tenant LowCardinality(String),
  Detector LowCardinality(String),
  Type LowCardinality(String),
  Hour DateTime,
  RuleVersion UInt16,
  Passed UInt8,
  Revision UInt64
)
ENGINE = {{engine:ReplacingMergeTree(Revision)}}
ORDER BY (Tenant, Detector, Type, Hour)
TTL Hour + INTERVAL {{finding_days}} DAY
SETTINGS index_granularity = 1024, {{dedup_window}}
