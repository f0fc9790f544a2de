-- Whether the span was kept because of what is in it, so that counts of its kind say nothing.
ALTER TABLE otel_traces {{on_cluster}}
  ADD COLUMN IF NOT EXISTS TailSampled UInt8 CODEC(ZSTD(1))
