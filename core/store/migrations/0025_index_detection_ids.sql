-- Retraction names detections by id alone; the id is last in the key of the table.
ALTER TABLE detections {{on_cluster}}
  ADD INDEX IF NOT EXISTS detection_id Id TYPE bloom_filter(0.01) GRANULARITY 4
