import { randomBytes } from "node:crypto";
import { Kafka } from "../../../core/config/kafka-config.ts";
import { createLogger } from "../../../core/log.ts";
import { type KafkaClient, openKafka } from "../../../core/queue/kafka/client.ts";
import type { KafkaBroker } from "./kafka-broker.ts";

/** A client of the broker, as a process of the service has one. */
export function testKafka({ brokers }: Pick<KafkaBroker, "brokers">): KafkaClient {
  return openKafka(Kafka.parse({ brokers }), createLogger("silent"));
}

/** Makes a topic of one partition with a name of its own; returns the name. */
export async function makeTopic(
  broker: KafkaBroker,
  settings: Readonly<Record<string, string>> = { "cleanup.policy": "compact" },
): Promise<string> {
  const topic = `test_${randomBytes(6).toString("hex")}`;
  const admin = testKafka(broker).admin();
  await admin.connect();
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
  const replicationFactor = broker.nodes.length;
  await admin.createTopics({
    waitForLeaders: true,
    topics: [{ topic, numPartitions: 1, replicationFactor, configEntries }],
  });
  await admin.disconnect();
  return topic;
}
