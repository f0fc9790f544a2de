import { setTimeout } from "node:timers/promises";
import kafkajs, { type Admin } from "kafkajs";
import type { KafkaClient } from "./client.ts";
import { type TopicPlan, topicPlans } from "./topic-plan.ts";

/** A topic is missing, or is not what Telltale can rely on. */
export class TopicError extends Error {
  override readonly name = "TopicError";
}

/**
 * Creates the topics that are missing, with their settings, and checks those that exist. Safe to
 * run again, and by several processes at once.
 *
 * @returns the names of the topics that were created.
 * @throws TopicError saying what is wrong with a topic and what to do.
 */
export async function createTopics(kafka: KafkaClient): Promise<string[]> {
  return withAdmin(kafka, async (admin) => {
    const plans = topicPlans(kafka.config);
    refuseShared(plans);
    const known = new Set(await admin.listTopics());
    const missing = plans.filter(({ topic }) => !known.has(topic));
    if (missing.length > 0) {
      await create(admin, missing, kafka.config.replicationFactor);
      await waitForLeaders(admin, missing);
    }
    await check(admin, plans, "");
    return missing.map(({ topic }) => topic);
  });
}

/** The topics that `createTopics` would create. */
export async function missingTopics(kafka: KafkaClient): Promise<string[]> {
  return withAdmin(kafka, async (admin) => {
    const known = new Set(await admin.listTopics());
    return topicPlans(kafka.config)
      .map(({ topic }) => topic)
      .filter((topic) => !known.has(topic));
  });
}

/**
 * Resolves when every topic exists and is what it has to be.
 *
 * @throws TopicError naming each fault and what to do.
 */
export async function checkTopics(kafka: KafkaClient): Promise<void> {
  await withAdmin(kafka, (admin) =>
    check(
      admin,
      topicPlans(kafka.config),
      "run `telltale migrate`, or set queue.kafka.createTopics",
    ),
  );
}

async function withAdmin<T>(kafka: KafkaClient, use: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}

/** Topics that another process made meanwhile are no fault. */
async function create(
  admin: Admin,
  plans: readonly TopicPlan[],
  replicationFactor: number,
): Promise<void> {
  const topics = plans.map(({ topic, partitions, settings }) => ({
    topic,
    numPartitions: partitions,
    replicationFactor,
    configEntries: Object.entries(settings).map(([name, value]) => ({ name, value })),
  }));
  try {
    await admin.createTopics({ waitForLeaders: false, timeout: 30_000, topics });
  } catch (cause) {
    const faults = causesOf(cause).filter(({ type }) => type !== "TOPIC_ALREADY_EXISTS");
    if (faults.length === 0) {
      return;
    }
    const problems = faults.map(({ topic, message }) => (topic ? `${topic}: ${message}` : message));
    throw new TopicError(
      `topics could not be created with ${replicationFactor} replicas: ${problems.join("; ")}. ` +
        "Check queue.kafka.replicationFactor against the number of brokers, and the right to " +
        "create topics",
      { cause },
    );
  }
}

interface CreateFault {
  readonly message: string;
  readonly type?: string;
  readonly topic?: string;
}

/** kafkajs gathers what a broker says of each topic in `errors`. */
function causesOf(error: unknown): readonly CreateFault[] {
  const { errors, message } = error as { errors?: readonly CreateFault[]; message: string };
  return errors ?? [{ message }];
}

const leaderPatienceMs = 30_000;

/**
 * kafkajs' own waiting gives up when a broker has not heard of the new topic yet.
 *
 * @throws TopicError when some have no leader for long.
 */
async function waitForLeaders(admin: Admin, plans: readonly TopicPlan[]): Promise<void> {
  const deadline = performance.now() + leaderPatienceMs;
  for (;;) {
    try {
      const { topics } = await admin.fetchTopicMetadata({
        topics: plans.map(({ topic }) => topic),
      });
      if (topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))) {
        // A broker is named as leader before it knows: only one that answers is ready.
        await Promise.all(plans.map(({ topic }) => admin.fetchTopicOffsets(topic)));
        return;
      }
    } catch (cause) {
      if (performance.now() > deadline) {
        throw new TopicError("the new topics have no leaders", { cause });
      }
    }
    await setTimeout(50);
  }
}

async function check(admin: Admin, plans: readonly TopicPlan[], whatToDo: string): Promise<void> {
  refuseShared(plans);
  const known = new Set(await admin.listTopics());
  const missing = plans.filter(({ topic }) => !known.has(topic)).map(({ topic }) => topic);
  if (missing.length > 0) {
    throw new TopicError(`these topics are missing: ${missing.join(", ")}; ${whatToDo}`);
  }
  const faults = [...(await partitionFaults(admin, plans)), ...(await settingFaults(admin, plans))];
  if (faults.length > 0) {
    throw new TopicError(faults.join("; "));
  }
}

function refuseShared(plans: readonly TopicPlan[]): void {
  const names = plans.map(({ topic }) => topic);
  const shared = names.find((topic, index) => names.indexOf(topic) !== index);
  if (shared !== undefined) {
    throw new TopicError(
      `topic ${shared} is named for two purposes; give queue.kafka.spansTopic, logsTopic, ` +
        "metricsTopic and topicPrefix names of their own",
    );
  }
}

async function partitionFaults(admin: Admin, plans: readonly TopicPlan[]): Promise<string[]> {
  const { topics } = await admin.fetchTopicMetadata({ topics: plans.map(({ topic }) => topic) });
  const found = new Map(topics.map(({ name, partitions }) => [name, partitions.length]));
  return plans.flatMap(({ topic, partitions, isOrdered }) => {
    const count = found.get(topic) ?? 0;
    if (isOrdered && count !== 1) {
      return (
        `topic ${topic} has ${count} partitions, but its records need one order: expected 1; ` +
        "delete it, or choose another queue.kafka.topicPrefix"
      );
    }
    return count < partitions
      ? `topic ${topic} has ${count} partitions, expected at least ${partitions}; add some with ` +
          `kafka-topics --alter --topic ${topic} --partitions ${partitions}, or lower ` +
          "queue.kafka.partitions"
      : [];
  });
}

/** Settings that records could be lost or refused by; all others are the operator's to choose. */
const checks: Readonly<Record<string, (found: string, planned: string) => boolean>> = {
  "cleanup.policy": (found, planned) => found === planned,
  "max.message.bytes": (found, planned) => Number(found) >= Number(planned),
};

async function settingFaults(admin: Admin, plans: readonly TopicPlan[]): Promise<string[]> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: plans.map(({ topic }) => ({
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name: topic,
      configNames: Object.keys(checks),
    })),
  });
  const planned = new Map(plans.map(({ topic, settings }) => [topic, settings]));
  return resources.flatMap(({ resourceName, configEntries }) =>
    configEntries.flatMap(({ configName, configValue }) => {
      const expected = planned.get(resourceName)?.[configName];
      return expected === undefined || checks[configName]?.(configValue, expected) !== false
        ? []
        : `topic ${resourceName} has ${configName}=${configValue}, expected ${expected}; set it ` +
            `with kafka-configs --alter --entity-type topics --entity-name ${resourceName} ` +
            `--add-config ${configName}=${expected}`;
    }),
  );
}
