-- What an erasure has yet to remove: sessions and traces of one person, and hashes of rows. The
-- person is a keyed hash here; the rows go when the erasure ends, and after a week in any case.
CREATE TABLE IF NOT EXISTS erasure_scope {{on_cluster}} (
  Tenant LowCardinality(String),
  Person String,
  Target LowCardinality(String),
  Value String,
  NotedAt DateTime
)
ENGINE = {{engine:MergeTree}}
ORDER BY (Tenant, Person, Target, Value)
TTL NotedAt + INTERVAL 7 DAY
SETTINGS index_granularity = 1024, {{dedup_window}}
