import type { Config } from "../../config/config.ts";
import { adHocSettings, checkSettings, readSettings, writeSettings } from "../session-settings.ts";
import type { RequestSettings } from "./server-client.ts";

type StoreConfig = Config["store"];

/**
 * What the embedded store sets once per connection, each request to a server carries: other
 * programs use the server too, and its own defaults may differ between versions.
 */
export function serverWriteSettings(config: StoreConfig): RequestSettings {
  return { ...forServer(writeSettings(config)), ...clusterWrites(config) };
}

export function serverReadSettings(config: StoreConfig): RequestSettings {
  return { ...forServer(readSettings(config)), ...clusterReads(config) };
}

export function serverCheckSettings(): RequestSettings {
  return forServer(checkSettings);
}

export function serverAdHocSettings(config: StoreConfig): RequestSettings {
  return forServer(adHocSettings(config));
}

/** Whether a server logs queries is for whoever runs it to say. */
function forServer(session: RequestSettings): RequestSettings {
  const { log_queries: _logged, ...settings } = session;
  // Servers before 25.8 write 64-bit numbers as text.
  return { ...settings, output_format_json_quote_64bit_integers: 0 };
}

/**
 * An insert through a Distributed table ends when the shards have it. It ends when a majority of
 * the replicas has it, one after another, so that whoever looks up afterwards can ask for a
 * replica that has it too.
 */
function clusterWrites({ clickhouse }: StoreConfig): RequestSettings {
  return clickhouse.cluster === ""
    ? {}
    : {
        distributed_foreground_insert: 1,
        insert_quorum: "auto",
        insert_quorum_parallel: 0,
        select_sequential_consistency: 1,
        distributed_ddl_task_timeout: Math.ceil(clickhouse.requestSeconds),
      };
}

function clusterReads({ clickhouse }: StoreConfig): RequestSettings {
  return clickhouse.cluster === ""
    ? {}
    : { select_sequential_consistency: 1, optimize_skip_unused_shards: 1 };
}
