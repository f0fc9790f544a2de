CREATE MATERIALIZED VIEW IF NOT EXISTS span_identity_mv {{on_cluster}}
TO span_identity AS
SELECT Tenant, TraceId, SpanId, SpanKind, BatchId, Digest, toDateTime(Timestamp) AS Timestamp
FROM otel_traces
