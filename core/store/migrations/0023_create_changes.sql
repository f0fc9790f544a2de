-- Change events, the newest statement about each id; text is masked like telemetry.
CREATE TABLE IF NOT EXISTS changes {{on_cluster}} (
  Tenant LowCardinality(String),
  ChangeId String,
  Kind LowCardinality(String),
  Time DateTime64(3),
  Service LowCardinality(String),
  Environment LowCardinality(String),
  Name String,
  Version String,
  Repository String,
  CommitRevision String,
  Parents Array(String),
  Author String,
  Message String,
  Files Array(String),
  PullRequest String,
  SessionAgent LowCardinality(String),
  SessionId String,
  SessionModel LowCardinality(String),
  Prompt String,
  Intent String,
  StartedAt Nullable(DateTime64(3)),
  CompletedAt Nullable(DateTime64(3)),
  Status LowCardinality(String),
  Source LowCardinality(String),
  BatchId String,
  ReceivedAt DateTime64(3),
  Revision UInt64
)
ENGINE = {{engine:ReplacingMergeTree(Revision)}}
ORDER BY (Tenant, ChangeId)
TTL toDateTime(Time) + INTERVAL {{finding_days}} DAY
SETTINGS index_granularity = 1024, {{dedup_window}}
