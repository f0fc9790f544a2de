import type { Config } from "../config/config.ts";
import { maxResultBytes } from "./ad-hoc/ad-hoc-store.ts";
import type { SessionSettings } from "./chdb-connection.ts";

const mebibyte = 1024 * 1024;

export const commonSettings: SessionSettings = {
  session_timezone: "UTC",
  // Accepts RFC 3339 text beside ticks and `YYYY-MM-DD hh:mm:ss`.
  date_time_input_format: "best_effort",
  // Parameters travel in a SET: twenty thousand ids are a megabyte.
  max_query_size: 64 * mebibyte,
  log_queries: 0,
};

export function writeSettings(config: Config["store"]): SessionSettings {
  return {
    ...commonSettings,
    max_memory_usage: config.maxMemoryBytes,
    async_insert: 0,
    // Parsing in parallel gains nothing beside an analyzer on two cores, and costs 100 MiB.
    input_format_parallel_parsing: 0,
    deduplicate_blocks_in_dependent_materialized_views: 1,
    // A batch may hold any number of days; without this more than 100 are refused.
    max_partitions_per_insert_block: 0,
    // A misspelled column is an error of ours, not something to skip.
    input_format_skip_unknown_fields: 0,
  };
}

export function readSettings(config: Config["store"]): SessionSettings {
  return {
    ...commonSettings,
    max_memory_usage: config.maxMemoryBytes,
    max_execution_time: 60,
    readonly: 2,
  };
}

export const checkSettings: SessionSettings = {
  ...commonSettings,
  max_execution_time: 5,
  readonly: 1,
};

/**
 * Limits of a user's query. One thread each keeps dashboards from slowing ingest;
 * `os_thread_priority` would too, but chdb leaves it on threads that later serve inserts.
 * `readonly` comes last: nothing can be set after it.
 */
export function adHocSettings(config: Config["store"]): SessionSettings {
  return {
    ...commonSettings,
    max_memory_usage: Math.min(1024 * mebibyte, Math.floor(config.maxMemoryBytes / 2)),
    max_execution_time: 30,
    timeout_overflow_mode: "throw",
    max_result_bytes: maxResultBytes,
    result_overflow_mode: "throw",
    max_threads: 1,
    do_not_merge_across_partitions_select_final: 1,
    // The tenant filter of a view is evaluated before the caller's own conditions.
    short_circuit_function_evaluation: "force_enable",
    readonly: 1,
  };
}
