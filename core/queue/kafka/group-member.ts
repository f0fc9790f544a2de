import kafkajs, { type Consumer, type PartitionAssigner } from "kafkajs";
import type { KafkaClient } from "./client.ts";
import type { MemberHooks } from "./kafkajs-faults.ts";
import type { OffsetManager } from "./kafkajs-internals.ts";

export interface GroupMemberOptions {
  readonly groupId: string;
  readonly topics: readonly string[];
  /** Static member of the group; empty: a dynamic one. */
  readonly instanceId: string;
  readonly sessionMs: number;
  /** Called after each join with what this process owns from now on. */
  readonly onJoined: (manager: OffsetManager) => void;
}

export interface GroupMember {
  close(): Promise<void>;
}

const restartMs = 1000;

/**
 * Takes part in a consumer group without fetching: kafkajs joins, sends heartbeats and tells what
 * is assigned, while everything is paused. What is fetched, and when, is decided elsewhere.
 *
 * Resolves once it has joined.
 */
export async function joinGroup(
  kafka: KafkaClient,
  options: GroupMemberOptions,
): Promise<GroupMember> {
  let isClosed = false;
  let consumer = await open();

  async function open(): Promise<Consumer> {
    const opened = createConsumer(kafka, options, () => opened);
    // kafkajs gives up for good after errors it does not take for passing ones, such as a broker
    // that was away for longer than its retries.
    opened.on(opened.events.CRASH, ({ payload }) => {
      if (!payload.restart) {
        setTimeout(() => void reopen(), restartMs);
      }
    });
    await opened.connect();
    await opened.subscribe({ topics: [...options.topics], fromBeginning: true });
    await opened.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: ignore });
    return opened;
  }

  async function reopen(): Promise<void> {
    if (isClosed) {
      return;
    }
    try {
      await consumer.disconnect().catch(() => undefined);
      consumer = await open();
    } catch (error) {
      kafka.logger.warn({ err: error }, "The consumer group could not be joined; trying again");
      setTimeout(() => void reopen(), restartMs);
    }
  }

  return {
    async close() {
      isClosed = true;
      await consumer.disconnect();
    },
  };
}

function createConsumer(
  kafka: KafkaClient,
  options: GroupMemberOptions,
  self: () => Consumer,
): Consumer {
  const { groupId, topics, instanceId, sessionMs } = options;
  const heartbeatInterval = Math.min(1000, sessionMs / 6);
  return kafka.consumer({
    groupId,
    sessionTimeout: sessionMs,
    rebalanceTimeout: sessionMs,
    heartbeatInterval,
    // While all is paused, kafkajs sleeps so long between two looks at the clock.
    maxWaitTimeInMs: Math.min(250, heartbeatInterval / 2),
    partitionAssigners: [
      carrying({
        groupInstanceId: instanceId,
        onJoined(manager) {
          self().pause(topics.map((topic) => ({ topic })));
          options.onJoined(manager);
        },
      }),
    ],
  });
}

/** kafkajs' round-robin assigner with our hooks on it; see kafkajs-faults.ts. */
function carrying(hooks: MemberHooks): PartitionAssigner {
  const { groupInstanceId = "" } = hooks;
  return (config) => {
    const assigner = kafkajs.PartitionAssigners.roundRobin(config);
    return Object.assign(assigner, {
      onJoined: hooks.onJoined,
      protocol: (
        (protocol) => (subscription: { topics: string[] }) =>
          Object.assign(protocol(subscription), { groupInstanceId })
      )(assigner.protocol.bind(assigner)),
    });
  };
}

async function ignore(): Promise<void> {
  // Everything is paused: nothing is ever handed over.
}
