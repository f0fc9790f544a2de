-- Grouped by the hash of the resource first: its attributes are then read once per group, not once
-- per span.
CREATE MATERIALIZED VIEW IF NOT EXISTS noticed_values_mv {{on_cluster}}
TO noticed_values AS
SELECT
  Tenant,
  ServiceName,
  Environment,
  Item.1 AS Dimension,
  Item.2 AS Subject,
  Item.3 AS Value,
  sum(GroupSpans) AS Spans,
  min(GroupFirst) AS First,
  max(GroupLast) AS Last
FROM (
  SELECT
    Tenant,
    ServiceName,
    Environment,
    toString(ServiceVersion) AS Version,
    substringUTF8(GenAiAgent, 1, 128) AS Agent,
    substringUTF8(GenAiRequestModel, 1, 128) AS RequestModel,
    substringUTF8(GenAiResponseModel, 1, 128) AS ResponseModel,
    toString(PromptFingerprint) AS Prompt,
    cityHash64(ResourceAttributes) AS ResourceHash,
    any(ResourceAttributes) AS Resource,
    count() AS GroupSpans,
    min((Timestamp, TraceId, SpanId, toString(ServiceVersion))) AS GroupFirst,
    toDateTime(max(Timestamp)) AS GroupLast,
    [
      substringUTF8(Version, 1, 128),
      substringUTF8(Resource['deployment.id'], 1, 128),
      extract(Resource['vcs.ref.head.revision'], '^[0-9a-fA-F]{40,64}$'),
      multiIf(
        Resource['oci.manifest.digest'] != '',
        extract(Resource['oci.manifest.digest'], '^sha256:[0-9a-f]{64}$'),
        Resource['container.image.repo_digests'] != '',
        extract(Resource['container.image.repo_digests'], 'sha256:[0-9a-f]{64}'),
        Resource['artifact.hash'] != '',
        concat('sha256:', extract(Resource['artifact.hash'], '^[0-9a-f]{64}$')),
        ''
      ),
      substringUTF8(
        if(
          Resource['container.image.tags'] = '', Resource['container.image.tag'],
          extract(Resource['container.image.tags'], '^[["]*([^",]*)')
        ), 1, 128
      ),
      substringUTF8(Resource['k8s.deployment.name'], 1, 128),
      if(
        Resource['k8s.replicaset.name'] != '',
        extract(Resource['k8s.replicaset.name'], '-([a-z0-9]{5,10})$'),
        extract(Resource['k8s.pod.name'], '-([a-z0-9]{5,10})-[a-z0-9]{5}$')
      ),
      substringUTF8(Resource['vcs.repository.url.full'], 1, 256)
    ] AS Release
  FROM otel_traces
  GROUP BY
    Tenant, ServiceName, Environment, ServiceVersion, GenAiAgent, GenAiRequestModel,
    GenAiResponseModel, PromptFingerprint, ResourceHash
)
ARRAY JOIN arrayFilter(item -> item.3 != '', [
  ('release', '', if(arrayExists(fact -> fact != '', arraySlice(Release, 1, 7)), toJSONString(Release), '')),
  ('model', toJSONString([Agent, RequestModel]), ResponseModel),
  ('prompt', toJSONString([Agent]), Prompt)
]) AS Item
GROUP BY Tenant, ServiceName, Environment, Dimension, Subject, Value
