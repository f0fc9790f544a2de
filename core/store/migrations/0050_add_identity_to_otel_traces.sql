-- Which non-human identity acted, what its prompt and tools were, and how many spans it stands for.
ALTER TABLE otel_traces {{on_cluster}}
  ADD COLUMN IF NOT EXISTS IdentityKind LowCardinality(String) CODEC(ZSTD(1)),
  ADD COLUMN IF NOT EXISTS Identity LowCardinality(String) CODEC(ZSTD(1)),
  ADD COLUMN IF NOT EXISTS PromptFingerprint LowCardinality(String) CODEC(ZSTD(1)),
  ADD COLUMN IF NOT EXISTS SampleWeight Float64 DEFAULT 1 CODEC(ZSTD(1))
