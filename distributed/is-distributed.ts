import type { Config } from "../core/config/config.ts";
import { ConfigError } from "../core/config/load-config.ts";

/**
 * Whether the configuration names a queue and a store that several processes share.
 *
 * @throws ConfigError when it names one of them alone.
 */
export function isDistributed({ queue, store }: Pick<Config, "queue" | "store">): boolean {
  const hasKafka = queue.kafka.brokers.length > 0;
  const hasServer = store.clickhouse.url !== "";
  if (hasKafka === hasServer) {
    return hasKafka;
  }
  throw new ConfigError([
    hasKafka
      ? "store.clickhouse.url: processes that share Kafka also need a store that they share; set it " +
        "(TELLTALE_STORE_CLICKHOUSE_URL), or leave queue.kafka.brokers empty"
      : "queue.kafka.brokers: processes that share a store also need a queue that they share; set it " +
        "(TELLTALE_QUEUE_KAFKA_BROKERS), or leave store.clickhouse.url empty",
  ]);
}
