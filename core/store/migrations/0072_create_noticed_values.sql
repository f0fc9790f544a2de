-- Releases, models and prompts that a service's spans have shown, and the first span of each: a
-- value that is new is a change, reported or not. A value unseen for the whole time is forgotten.
CREATE TABLE IF NOT EXISTS noticed_values {{on_cluster}} (
  Tenant LowCardinality(String) CODEC(ZSTD(1)),
  ServiceName LowCardinality(String) CODEC(ZSTD(1)),
  Environment LowCardinality(String) CODEC(ZSTD(1)),
  -- release, model or prompt.
  Dimension LowCardinality(String) CODEC(ZSTD(1)),
  -- JSON list: of a model agent and requested model, of a prompt the agent, of a release nothing.
  Subject String CODEC(ZSTD(1)),
  -- The model that answered; the prompt's fingerprint; of a release a JSON list of version,
  -- deployment id, revision, digest, image tag, k8s deployment, pod template hash and repository.
  Value String CODEC(ZSTD(1)),
  Spans SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
  -- Timestamp, trace, span and version of the first; the tuple orders by time, then by id.
  First SimpleAggregateFunction(min, Tuple(DateTime64(9), String, String, String)) CODEC(ZSTD(1)),
  Last SimpleAggregateFunction(max, DateTime) CODEC(ZSTD(1))
)
ENGINE = {{engine:AggregatingMergeTree}}
ORDER BY (Tenant, ServiceName, Environment, Dimension, Subject, Value)
TTL Last + INTERVAL {{window_days}} DAY
SETTINGS index_granularity = 1024, {{dedup_window}}
