import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import kafkajs, {
  type Admin,
  type Consumer,
  type ConsumerConfig,
  type Kafka,
  type KafkaConfig as KafkajsConfig,
  type Producer,
  type ProducerConfig,
  type SASLOptions,
} from "kafkajs";
import type { KafkaConfig } from "../../config/kafka-config.ts";
import type { Logger } from "../../log.ts";
import { registerCodecs } from "./codecs.ts";
import { mendKafkajs } from "./kafkajs-faults.ts";
import { type Cluster, createCluster } from "./kafkajs-internals.ts";
import { kafkajsLog } from "./kafkajs-log.ts";

/** What the parts of this folder open their connections with. */
export interface KafkaClient {
  readonly config: KafkaConfig;
  readonly logger: Logger;
  /** Writes with acks of all in-sync replicas are up to the caller's `send`. */
  producer(options?: ProducerConfig): Producer;
  consumer(options: ConsumerConfig): Consumer;
  admin(): Admin;
  /** Connections for reads without a group. */
  cluster(): Cluster;
}

/**
 * Prepares connections to the brokers; nothing is opened yet.
 *
 * @throws Error when a file of a password or certificate cannot be read.
 */
export function openKafka(config: KafkaConfig, logger: Logger): KafkaClient {
  mendKafkajs();
  registerCodecs();
  const kafka: Kafka = new kafkajs.Kafka(clientOptions(config, logger));
  return {
    config,
    logger,
    // Without a partitioner kafkajs warns about a change of its defaults.
    producer: (options = {}) =>
      kafka.producer({
        createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
        allowAutoTopicCreation: false,
        ...options,
      }),
    consumer: (options) => kafka.consumer({ allowAutoTopicCreation: false, ...options }),
    admin: () => kafka.admin(),
    cluster: () => createCluster(kafka),
  };
}

function clientOptions(config: KafkaConfig, logger: Logger): KafkajsConfig {
  const ssl = tlsOptions(config.tls);
  const sasl = saslOptions(config.sasl);
  return {
    brokers: config.brokers,
    clientId: config.clientId,
    connectionTimeout: 5000,
    requestTimeout: 30_000,
    retry: { initialRetryTime: 100, maxRetryTime: 2000, retries: 8 },
    logLevel: kafkajs.logLevel.INFO,
    logCreator: kafkajsLog(logger),
    ...(ssl === null ? {} : { ssl }),
    ...(sasl === null ? {} : { sasl }),
  };
}

function tlsOptions(tls: KafkaConfig["tls"]): ConnectionOptions | null {
  if (!tls.enabled) {
    return null;
  }
  return {
    ...(tls.caFile === "" ? {} : { ca: readFileSync(tls.caFile) }),
    ...(tls.certFile === "" ? {} : { cert: readFileSync(tls.certFile) }),
    ...(tls.keyFile === "" ? {} : { key: readFileSync(tls.keyFile) }),
  };
}

function saslOptions({
  mechanism,
  username,
  passwordFile,
}: KafkaConfig["sasl"]): SASLOptions | null {
  if (mechanism === "none") {
    return null;
  }
  if (username === "" || passwordFile === "") {
    throw new Error(
      `queue.kafka.sasl: expected username and passwordFile with mechanism ${mechanism}`,
    );
  }
  // Editors end a file with a line break, which is no part of the password.
  const password = readFileSync(passwordFile, "utf8").replace(/\r?\n$/, "");
  return { mechanism, username, password };
}
