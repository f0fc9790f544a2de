-- One row per rule and record, trace or window; a repeated detection replaces itself.
CREATE TABLE IF NOT EXISTS detections {{on_cluster}} (
  Tenant LowCardinality(String),
  Fingerprint String,
  Id String,
  Type LowCardinality(String),
  Detector LowCardinality(String),
  Rule LowCardinality(String),
  RuleVersion UInt16,
  Stage LowCardinality(String),
  Time DateTime64(3),
  Service LowCardinality(String),
  Environment LowCardinality(String),
  Version LowCardinality(String),
  Agent LowCardinality(String),
  Tool String,
  TargetClass LowCardinality(String),
  TraceId String,
  SpanId String,
  Series String,
  Session String,
  Score Float64,
  Strength LowCardinality(String),
  Severity LowCardinality(String),
  Outcome LowCardinality(String),
  Excerpt String,
  MaskedValue String,
  Location String,
  OnsetFrom Nullable(DateTime64(3)),
  OnsetTo Nullable(DateTime64(3)),
  ReceivedAt DateTime64(3),
  Retracted UInt8 DEFAULT 0,
  Revision UInt64
)
ENGINE = {{engine:ReplacingMergeTree(Revision)}}
PARTITION BY toYYYYMM(Time)
ORDER BY (Tenant, Fingerprint, Id)
TTL toDateTime(Time) + INTERVAL {{finding_days}} DAY
SETTINGS index_granularity = 1024, {{dedup_window}}
