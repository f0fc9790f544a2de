-- New detections look their findings up by fingerprint; the table is keyed by id for the API.
ALTER TABLE findings {{on_cluster}}
  ADD INDEX IF NOT EXISTS finding_fingerprint Fingerprint TYPE bloom_filter(0.01) GRANULARITY 1
