CREATE MATERIALIZED VIEW IF NOT EXISTS windows_1m_mv {{on_cluster}}
TO windows_1m AS
WITH
  GenAiOperation IN ('', 'chat', 'embeddings', 'generate_content', 'text_completion') AS Inference
SELECT
  Tenant,
  ServiceName,
  Environment,
  toStartOfMinute(toDateTime(Timestamp)) AS Window,
  ServiceVersion,
  SpanKind,
  ParentSpanId = '' AS Root,
  GenAiOperation,
  GenAiRequestModel,
  GenAiTool,
  SampleWeight,
  count() AS Spans,
  -- A call that a permission rule refused is the guardrail at work, not an error of the service.
  countIf(StatusCode = 'Error' AND NOT (
    GenAiOperation = 'execute_tool' AND SpanAttributes['error.type'] = 'permission_denied'
  )) AS Errors,
  sum(Duration) AS DurationNs,
  sumMap(map(toInt16(floor(16 * log2(greatest(Duration, 1)))), toUInt64(1))) AS DurationBuckets,
  countIf(Inference AND t.InputTokens + t.OutputTokens > 0) AS Inferences,
  sumIf(t.InputTokens, Inference) AS InputTokens,
  sumIf(t.OutputTokens, Inference) AS OutputTokens,
  sumIf(t.CacheReadTokens, Inference) AS CacheReadTokens,
  sumIf(t.CacheWriteTokens, Inference) AS CacheWriteTokens,
  -- A conversion that throws here would refuse the batch, so a wild value counts nothing.
  sumIf(toDecimal128(if(t.CostUsd >= 0 AND t.CostUsd < 1e9, t.CostUsd, 0), 12), Inference)
    AS CostUsd,
  sum(t.TailSampled) AS TailSampled
FROM otel_traces AS t
GROUP BY
  Tenant, ServiceName, Environment, Window, ServiceVersion, SpanKind, Root, GenAiOperation,
  GenAiRequestModel, GenAiTool, SampleWeight
