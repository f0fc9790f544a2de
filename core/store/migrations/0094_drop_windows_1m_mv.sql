DROP VIEW IF EXISTS windows_1m_mv {{on_cluster}}
