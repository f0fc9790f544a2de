-- Spans of different weight are counted apart: a raw count times the weight is what happened.
-- Rows from before it have weight 0, which stands for 1.
ALTER TABLE windows_1m {{on_cluster}}
  ADD COLUMN IF NOT EXISTS SampleWeight Float64 CODEC(ZSTD(1)),
  ADD COLUMN IF NOT EXISTS TailSampled SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
  MODIFY ORDER BY (
    Tenant, ServiceName, Environment, Window, ServiceVersion, SpanKind, Root, GenAiOperation,
    GenAiRequestModel, GenAiTool, SampleWeight
  )
