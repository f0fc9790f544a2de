-- Evaluations that come as events of their own, such as a judge's or a user's.
CREATE MATERIALIZED VIEW IF NOT EXISTS series_measures_logs_mv {{on_cluster}}
TO series_measures AS
SELECT
  Tenant,
  ServiceName,
  Environment,
  toStartOfMinute(toDateTime(Timestamp)) AS Window,
  'evaluation' AS Measure,
  substringUTF8(LogAttributes['gen_ai.evaluation.name'], 1, 80) AS Subject,
  '' AS Label,
  SampleWeight,
  count() AS Items,
  sum(toDecimal128(toFloat64OrZero(LogAttributes['gen_ai.evaluation.score.value']), 9)) AS Total,
  sumMap(CAST(map(), 'Map(Int16, UInt64)')) AS Buckets
FROM otel_logs
WHERE EventName = 'gen_ai.evaluation.result' AND Subject != ''
  AND abs(toFloat64OrNull(LogAttributes['gen_ai.evaluation.score.value'])) < 1e6
GROUP BY Tenant, ServiceName, Environment, Window, Subject, SampleWeight
