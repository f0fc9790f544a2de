-- Projection of the commands on a proposal; Document is the API's JSON of it.
CREATE TABLE IF NOT EXISTS proposals {{on_cluster}} (
  Tenant LowCardinality(String),
  Id String,
  Surface LowCardinality(String),
  State LowCardinality(String),
  Repository String,
  Path String,
  Title String,
  FindingIds Array(String),
  ChangeIds Array(String),
  Document String,
  CreatedAt DateTime64(3),
  UpdatedAt DateTime64(3),
  Revision UInt64
)
ENGINE = {{engine:ReplacingMergeTree(Revision)}}
ORDER BY (Tenant, Id)
TTL toDateTime(UpdatedAt) + INTERVAL {{finding_days}} DAY
SETTINGS index_granularity = 1024, {{dedup_window}}
