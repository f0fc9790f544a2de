-- Which non-human identity acted, in which prompt, and how many records it stands for.
ALTER TABLE otel_logs {{on_cluster}}
  ADD COLUMN IF NOT EXISTS IdentityKind LowCardinality(String) CODEC(ZSTD(1)),
  ADD COLUMN IF NOT EXISTS Identity LowCardinality(String) CODEC(ZSTD(1)),
  ADD COLUMN IF NOT EXISTS PromptId String CODEC(ZSTD(1)),
  ADD COLUMN IF NOT EXISTS SampleWeight Float64 DEFAULT 1 CODEC(ZSTD(1))
