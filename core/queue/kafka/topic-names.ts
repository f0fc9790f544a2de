import type { KafkaConfig } from "../../config/kafka-config.ts";
import type { AccountedSignal } from "../../model/telemetry.ts";

export interface TopicNames {
  readonly spans: string;
  readonly logs: string;
  readonly metrics: string;
  /** Change events. */
  readonly changes: string;
  /** Counts of requests refused whole. */
  readonly refusals: string;
  /** One summary per stored batch, for the leader among the analyzers. */
  readonly stored: string;
  /** Claims of span identities. */
  readonly claims: string;
  readonly commands: string;
  readonly audit: string;
  readonly keys: string;
  readonly changeIds: string;
  readonly deadLetters: string;
}

type TopicConfig = Pick<KafkaConfig, "spansTopic" | "logsTopic" | "metricsTopic" | "topicPrefix">;

export function topicNames(config: TopicConfig): TopicNames {
  const { spansTopic, logsTopic, metricsTopic, topicPrefix: prefix } = config;
  return {
    spans: spansTopic,
    logs: logsTopic,
    metrics: metricsTopic,
    changes: `${prefix}changes`,
    refusals: `${prefix}refusals`,
    stored: `${prefix}stored`,
    claims: `${prefix}claims`,
    commands: `${prefix}commands`,
    audit: `${prefix}audit`,
    keys: `${prefix}keys`,
    changeIds: `${prefix}change_ids`,
    deadLetters: `${prefix}dlq`,
  };
}

/** The topic of each signal. */
export function signalTopics(names: TopicNames): Readonly<Record<AccountedSignal, string>> {
  return {
    traces: names.spans,
    logs: names.logs,
    metrics: names.metrics,
    changes: names.changes,
  };
}
