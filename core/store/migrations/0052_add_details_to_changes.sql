-- Digests of what was deployed, and what only one kind of change carries (a JSON object).
ALTER TABLE changes {{on_cluster}}
  ADD COLUMN IF NOT EXISTS Artifacts Array(String),
  ADD COLUMN IF NOT EXISTS Details String
