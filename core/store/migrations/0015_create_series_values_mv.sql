CREATE MATERIALIZED VIEW IF NOT EXISTS series_values_mv {{on_cluster}}
TO series_values AS
SELECT
  Tenant,
  ServiceName,
  Environment,
  toStartOfHour(toDateTime(Timestamp)) AS Hour,
  Item.1 AS Dimension,
  substringUTF8(Item.2, 1, 128) AS Value,
  count() AS Spans,
  min((Timestamp, TraceId, SpanId, toString(ServiceVersion))) AS First
FROM otel_traces
ARRAY JOIN arrayFilter(item -> item.2 != '', [
  ('tool', toString(GenAiTool)),
  ('model', toString(GenAiRequestModel)),
  ('egress', if(SpanKind = 'Client', SpanAttributes['server.address'], ''))
]) AS Item
GROUP BY Tenant, ServiceName, Environment, Hour, Dimension, Value
