DROP VIEW IF EXISTS windows_1h_mv {{on_cluster}}
