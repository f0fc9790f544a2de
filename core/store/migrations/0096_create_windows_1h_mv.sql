-- Reads what windows_1m_mv has just summed: a few hundred rows instead of each span again.
CREATE MATERIALIZED VIEW IF NOT EXISTS windows_1h_mv {{on_cluster}}
TO windows_1h AS
SELECT
  Tenant,
  ServiceName,
  Environment,
  toStartOfHour(w.Window) AS Window,
  ServiceVersion,
  SpanKind,
  Root,
  GenAiOperation,
  GenAiRequestModel,
  GenAiTool,
  SampleWeight,
  sum(w.Spans) AS Spans,
  sum(w.Errors) AS Errors,
  sum(w.DurationNs) AS DurationNs,
  sumMap(w.DurationBuckets) AS DurationBuckets,
  sum(w.Inferences) AS Inferences,
  sum(w.InputTokens) AS InputTokens,
  sum(w.OutputTokens) AS OutputTokens,
  sum(w.CacheReadTokens) AS CacheReadTokens,
  sum(w.CacheWriteTokens) AS CacheWriteTokens,
  sum(w.CostUsd) AS CostUsd,
  sum(w.TailSampled) AS TailSampled
FROM windows_1m AS w
GROUP BY
  Tenant, ServiceName, Environment, Window, ServiceVersion, SpanKind, Root, GenAiOperation,
  GenAiRequestModel, GenAiTool, SampleWeight
