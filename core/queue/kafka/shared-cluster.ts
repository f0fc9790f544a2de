import type { KafkaClient } from "./client.ts";
import type { Cluster } from "./kafkajs-internals.ts";

/** One set of connections for all reads outside the group. */
export interface SharedCluster {
  /** Connects when it is first used, and again after it was not possible. */
  readonly connected: () => Promise<Cluster>;
  close(): Promise<void>;
}

export function openSharedCluster(kafka: KafkaClient): SharedCluster {
  const cluster = kafka.cluster();
  let connecting: Promise<Cluster> | null = null;

  async function connect(): Promise<Cluster> {
    try {
      await cluster.connect();
      return cluster;
    } catch (error) {
      connecting = null;
      throw error;
    }
  }

  return {
    connected: () => (connecting ??= connect()),
    async close() {
      if (connecting !== null) {
        await connecting.catch(() => undefined);
        await cluster.disconnect();
      }
    },
  };
}
