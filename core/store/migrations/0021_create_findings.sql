-- The analyzer's view of a finding; status lives in finding_status, proposals name their findings.
CREATE TABLE IF NOT EXISTS findings {{on_cluster}} (
  Tenant LowCardinality(String),
  Id String,
  Fingerprint String,
  Type LowCardinality(String),
  Title String,
  Severity LowCardinality(String),
  Service LowCardinality(String),
  Environment LowCardinality(String),
  Agent LowCardinality(String),
  Tool String,
  TargetClass LowCardinality(String),
  FirstSeen DateTime64(3),
  LastSeen DateTime64(3),
  Onset DateTime64(3),
  OnsetTo DateTime64(3),
  Occurrences UInt64,
  Sessions UInt64,
  Detectors Array(String),
  Attribution String,
  AttributedAt Nullable(DateTime64(3)),
  Evidence String,
  Backfilled UInt8,
  FirstReceivedAt DateTime64(3),
  Revision UInt64
)
ENGINE = {{engine:ReplacingMergeTree(Revision)}}
ORDER BY (Tenant, Id)
TTL toDateTime(LastSeen) + INTERVAL {{finding_days}} DAY
SETTINGS index_granularity = 1024, {{dedup_window}}
