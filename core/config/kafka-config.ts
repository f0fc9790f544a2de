import { z } from "zod";

const topic = z.string().regex(/^[A-Za-z0-9._-]{1,200}$/);

/** The queue that several processes share. */
export const Kafka = z.strictObject({
  brokers: z
    .array(z.string().regex(/^(\[[0-9a-fA-F:]+\]|[^\s:[\]]+):\d{1,5}$/, "expected host:port"))
    .default([])
    .describe("host:port of some brokers; empty: the queue is a file of this process"),
  clientId: z.string().min(1).default("telltale").describe("Names this program to the brokers"),
  topicPrefix: topic.default("telltale_").describe("Begins the names of Telltale's own topics"),
  spansTopic: topic.default("otlp_spans"),
  logsTopic: topic.default("otlp_logs"),
  metricsTopic: topic.default("otlp_metrics"),
  groupId: z.string().min(1).default("telltale-analyzer").describe("Consumer group of analyzers"),
  instanceId: z
    .string()
    .default("")
    .describe("Static member of the group, such as the pod's name; empty: a dynamic member"),
  sessionSeconds: z
    .number()
    .min(6)
    .max(300)
    .default(10)
    .describe("Silence after which others take over what a process was working on"),
  createTopics: z
    .boolean()
    .default(false)
    .describe("Create missing topics at the start; else only `telltale migrate` does"),
  partitions: z.int().min(1).max(1000).default(6).describe("Of each telemetry topic"),
  replicationFactor: z.int().min(1).default(1).describe("Copies of each record; 3 in production"),
  minInsyncReplicas: z.int().min(1).default(1).describe("Copies before a 200; 2 in production"),
  retentionHours: z.number().min(1).default(168).describe("How long records are kept"),
  maxLagBytes: z
    .int()
    .min(1024 * 1024)
    .default(64 * 1024 ** 3)
    .describe("Beyond it senders get 503, all partitions together"),
  compression: z.enum(["none", "gzip", "zstd"]).default("zstd").describe("Of record batches"),
  tls: z
    .strictObject({
      enabled: z.boolean().default(false),
      caFile: z.string().default("").describe("PEM; empty: the system's authorities"),
      certFile: z.string().default("").describe("PEM of the client certificate"),
      keyFile: z.string().default("").describe("PEM of its key"),
    })
    .prefault({}),
  sasl: z
    .strictObject({
      mechanism: z.enum(["none", "plain", "scram-sha-256", "scram-sha-512"]).default("none"),
      username: z.string().default(""),
      passwordFile: z.string().default("").describe("File that holds the password"),
    })
    .prefault({}),
});

export type KafkaConfig = z.infer<typeof Kafka>;
