-- What a deployment, or an artifact, is made of: one row per bill of materials.
CREATE TABLE IF NOT EXISTS bills {{on_cluster}} (
  Tenant LowCardinality(String) CODEC(ZSTD(1)),
  Service LowCardinality(String) CODEC(ZSTD(1)),
  Environment LowCardinality(String) CODEC(ZSTD(1)),
  -- The change that carried it, and the deployment it belongs to, if another change.
  ChangeId String CODEC(ZSTD(1)),
  DeploymentId String CODEC(ZSTD(1)),
  -- When it took effect.
  Time DateTime64(3) CODEC(ZSTD(1)),
  Version String CODEC(ZSTD(1)),
  Format LowCardinality(String) CODEC(ZSTD(1)),
  SpecVersion LowCardinality(String) CODEC(ZSTD(1)),
  Digest String CODEC(ZSTD(1)),
  Components Nested (
    -- Without version.
    Purl String,
    Version String,
    License String,
    Maintainer String,
    InstallScript UInt8,
    -- Whether the product depends on it itself; NULL where the document does not say.
    Direct Nullable(UInt8)
  ) CODEC(ZSTD(3)),
  BatchId String CODEC(ZSTD(1)),
  Revision UInt64 CODEC(ZSTD(1))
)
ENGINE = {{engine:ReplacingMergeTree(Revision)}}
ORDER BY (Tenant, Service, Environment, ChangeId)
TTL toDateTime(Time) + INTERVAL {{finding_days}} DAY
SETTINGS index_granularity = 64, {{dedup_window}}
