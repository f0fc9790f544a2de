import type { KafkaConfig } from "../../config/kafka-config.ts";
import { topicNames } from "./topic-names.ts";

export interface TopicPlan {
  readonly topic: string;
  /** At least so many of a telemetry topic, exactly one of all others. */
  readonly partitions: number;
  readonly isOrdered: boolean;
  readonly settings: Readonly<Record<string, string>>;
}

const hourMs = 3_600_000;

/** What one record batch may take, compressed; hosted brokers allow no more. */
export const maxBatchBytes = 8 * 1024 * 1024;

/** What one value may take: it has to fit even where it does not compress. */
export const maxValueBytes = 7 * 1024 * 1024;

/**
 * All topics of Telltale with their settings. Journals are read from their start by every process
 * and each record has a key of its own, so compaction removes nothing but what was replaced or
 * erased. What was erased is gone from the disk within an hour.
 */
export function topicPlans(config: KafkaConfig): TopicPlan[] {
  const names = topicNames(config);
  const common = {
    "min.insync.replicas": String(config.minInsyncReplicas),
    "max.message.bytes": String(maxBatchBytes),
    // Times are those of receipt, also of what an OpenTelemetry Collector wrote.
    "message.timestamp.type": "CreateTime",
  };
  const kept = { ...common, "cleanup.policy": "delete" };
  const compacted = {
    ...common,
    "cleanup.policy": "compact",
    "max.compaction.lag.ms": String(hourMs),
    "min.cleanable.dirty.ratio": "0.1",
    "segment.ms": String(hourMs),
  };
  const retention = { "retention.ms": String(Math.round(config.retentionHours * hourMs)) };
  return [
    ...[names.spans, names.logs, names.metrics].map((topic) => ({
      topic,
      partitions: config.partitions,
      isOrdered: false,
      settings: { ...kept, ...retention },
    })),
    ...[names.changes, names.refusals, names.stored].map((topic) =>
      ordered(topic, { ...kept, ...retention }),
    ),
    ordered(names.claims, { ...kept, "retention.ms": String(2 * hourMs), "segment.ms": "600000" }),
    ...[names.commands, names.audit, names.keys, names.changeIds, names.deadLetters].map((topic) =>
      ordered(topic, compacted),
    ),
  ];
}

function ordered(topic: string, settings: TopicPlan["settings"]): TopicPlan {
  return { topic, partitions: 1, isOrdered: true, settings };
}
