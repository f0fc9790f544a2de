-- Values that do not parse, or are beyond what a sum can hold, count nothing: what throws here
-- would refuse the batch.
CREATE MATERIALIZED VIEW IF NOT EXISTS series_measures_mv {{on_cluster}}
TO series_measures AS
SELECT
  Tenant,
  ServiceName,
  Environment,
  toStartOfMinute(toDateTime(Timestamp)) AS Window,
  Item.1 AS Measure,
  Item.2 AS Subject,
  Item.3 AS Label,
  SampleWeight,
  count() AS Items,
  sum(toDecimal128(Item.4, 9)) AS Total,
  sumMap(if(Item.5 > 0, map(toInt16(floor(16 * log2(Item.5))), toUInt64(1)),
    CAST(map(), 'Map(Int16, UInt64)'))) AS Buckets
FROM (
  SELECT
    Tenant, ServiceName, Environment, Timestamp, SampleWeight, Duration,
    toString(GenAiOperation) AS Operation,
    lower(extract(
      concat(
        SpanAttributes['gen_ai.response.finish_reasons'],
        SpanAttributes['ai.response.finishReason'],
        SpanAttributes['llm.finish_reason']
      ), '[A-Za-z_-]{1,40}'
    )) AS Reason,
    1e9 * toFloat64OrZero(SpanAttributes['gen_ai.response.time_to_first_chunk']) +
      1e9 * toFloat64OrZero(SpanAttributes['gen_ai.server.time_to_first_token']) +
      1e6 * toFloat64OrZero(SpanAttributes['ai.response.msToFirstChunk']) AS FirstNs,
    arrayFilter(
      event -> event.1 != '' AND event.2 IS NOT NULL AND abs(event.2) < 1e6,
      arrayMap(
        attributes -> (
          substringUTF8(attributes['gen_ai.evaluation.name'], 1, 80),
          toFloat64OrNull(attributes['gen_ai.evaluation.score.value'])
        ),
        Events.Attributes
      )
    ) AS Evaluations
  FROM otel_traces
  WHERE GenAiOperation != '' OR has(Events.Name, 'gen_ai.evaluation.result')
)
ARRAY JOIN arrayConcat(
  if(Reason != '', [('finish_reason', Operation, Reason, 0., 0.)], []),
  if(FirstNs >= 1 AND FirstNs < 1e15,
    [('time_to_first_token', Operation, '', 0., FirstNs)], []),
  arrayMap(event -> ('evaluation', event.1, '', assumeNotNull(event.2), 0.), Evaluations)
) AS Item
GROUP BY Tenant, ServiceName, Environment, Window, Measure, Subject, Label, SampleWeight
