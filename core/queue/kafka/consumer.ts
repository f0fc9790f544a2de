import type { Clock } from "../../clock.ts";
import type { Store } from "../../store/store.ts";
import type { Batch, OutcomeCount, QueueConsumer } from "../queue.ts";
import type { KafkaClient } from "./client.ts";
import { type Fetcher, startFetcher } from "./fetcher.ts";
import { joinGroup } from "./group-member.ts";
import { type NextRange, nextRange, type OpenBatch, openRange } from "./open-batch.ts";
import { Ownership } from "./ownership.ts";
import { type BatchLimits, dropBefore, type LimitsOf, type PartitionLog } from "./partition-log.ts";
import { halve, planAfter, type RangePlan } from "./range-plan.ts";
import type { Sender } from "./sender.ts";
import { type SettleDependencies, settleDead, settleStored } from "./settle-batch.ts";
import { signalTopics, type TopicNames, topicNames } from "./topic-names.ts";
import { createWaiter } from "./waiter.ts";
import { isBehind, wantedLogs } from "./wanted-logs.ts";

export interface KafkaConsumerOptions {
  readonly kafka: KafkaClient;
  readonly sender: Sender;
  /** Holds accounting and digests beside what the batches become. */
  readonly store: Store;
  readonly limits: BatchLimits;
  readonly limitsOf: LimitsOf;
  readonly clock: Clock;
}

export interface KafkaConsumer extends QueueConsumer {
  /** Requests in memory that are not done with. */
  buffered(): number;
  /** Leaves the group, except as a static member: its next process takes over. */
  close(): Promise<void>;
}

/** Refusals after which a batch is cut in halves, or its only record is dead-lettered. */
const refusalLimit = 2;

/**
 * Consumes the telemetry, the change events and the refusals as a member of the group, one batch
 * at a time. What has nothing to store (duplicates, refusals, records that are no request) is done
 * with here and never handed out.
 *
 * Resolves once the group was joined.
 */
export async function openKafkaConsumer(options: KafkaConsumerOptions): Promise<KafkaConsumer> {
  const { kafka } = options;
  const names = topicNames(kafka.config);
  const cluster = kafka.cluster();
  await cluster.connect();
  const waiter = createWaiter();
  const topics = consumedTopics(names);
  await cluster.addMultipleTargetTopics([...topics.keys()]);
  const ownership = new Ownership({
    kafka,
    cluster,
    signalOf: (topic) => topics.get(topic) ?? "refusals",
    onChanged: () => waiter.notify(),
  });
  const fetcher = await startFetchers(options, ownership, () => waiter.notify());
  const member = await joinGroup(kafka, {
    groupId: kafka.config.groupId,
    topics: [...topics.keys()],
    instanceId: kafka.config.instanceId,
    sessionMs: kafka.config.sessionSeconds * 1000,
    onJoined(manager) {
      ownership.adopt(manager);
      void ownership.settled().then(() => fetcher.wake());
    },
  });
  const settle = { ...options, deadLetterTopic: names.deadLetters };
  const reader = new BatchReader({ options, ownership, fetcher, settle });
  return {
    read: () => reader.read(),
    readAfter: (batch) => reader.readAfter(batch),
    commit: (batch, outcome) => reader.commit(batch, outcome),
    refuse: (batch, reason) => reader.refuse(batch, reason),
    buffered: () => ownership.logs().reduce((sum, { entries }) => sum + entries.length, 0),
    wait: (timeoutMs) => waiter.wait(timeoutMs, () => reader.hasNext()),
    async close() {
      ownership.close();
      await fetcher.close();
      await member.close();
      await cluster.disconnect();
    },
  };
}

/** One for the partitions that hold more, one that waits at the end of the others. */
async function startFetchers(
  { kafka, limits }: KafkaConsumerOptions,
  ownership: Ownership,
  onFetched: () => void,
): Promise<Fetcher> {
  const parts = await Promise.all(
    [true, false].map(async (areBehind) => {
      const cluster = kafka.cluster();
      await cluster.connect();
      const fetcher = startFetcher(kafka, cluster, {
        wanted: () =>
          wantedLogs(ownership.logs(), limits).filter((log) => isBehind(log) === areBehind),
        onFetched() {
          onFetched();
          wake();
        },
      });
      return { cluster, fetcher };
    }),
  );

  function wake(): void {
    parts.forEach(({ fetcher }) => fetcher.wake());
  }

  return {
    wake,
    async close() {
      await Promise.all(parts.map(({ fetcher }) => fetcher.close()));
      await Promise.all(parts.map(({ cluster }) => cluster.disconnect()));
    },
  };
}

function consumedTopics(names: TopicNames): Map<string, PartitionLog["signal"]> {
  const { traces, logs, metrics, changes } = signalTopics(names);
  return new Map<string, PartitionLog["signal"]>([
    [traces, "traces"],
    [logs, "logs"],
    [metrics, "metrics"],
    [changes, "changes"],
    [names.refusals, "refusals"],
  ]);
}

interface ReaderDependencies {
  readonly options: KafkaConsumerOptions;
  readonly ownership: Ownership;
  readonly fetcher: Fetcher;
  readonly settle: SettleDependencies;
}

/** Hands batches out, each written down before. */
class BatchReader {
  private readonly dependencies: ReaderDependencies;
  private inHand: OpenBatch | null = null;
  private ahead: OpenBatch | null = null;

  constructor(dependencies: ReaderDependencies) {
    this.dependencies = dependencies;
  }

  hasNext(): boolean {
    return this.current() !== null || this.next(null) !== null;
  }

  async read(): Promise<Batch | null> {
    for (;;) {
      await this.dependencies.ownership.settled();
      const open = this.current() ?? (await this.openNext());
      if (open === null) {
        return null;
      }
      if (open.batch.records.length > 0) {
        this.inHand = open;
        return this.inEpoch(open);
      }
      await settleStored(this.dependencies.settle, open, []);
      await this.moveOn(open);
    }
  }

  async readAfter(batch: Batch): Promise<Batch | null> {
    const { ownership, options } = this.dependencies;
    await ownership.settled();
    const behind = this.current();
    if (behind === null || behind.batch.id !== batch.id) {
      return null;
    }
    if (this.ahead === null || !ownership.owns(this.ahead.log)) {
      const range = this.next(behind);
      this.ahead = range && (await openRange(options, range, behind));
    }
    // What has nothing to store is left to `read`.
    const { ahead } = this;
    return ahead !== null && ahead.batch.records.length > 0 ? this.inEpoch(ahead) : null;
  }

  async commit(batch: Batch, outcome: readonly OutcomeCount[]): Promise<void> {
    const open = await this.ownBatch(batch);
    if (open !== null) {
      await settleStored(this.dependencies.settle, open, outcome);
      await this.moveOn(open);
    }
  }

  async refuse(batch: Batch, reason: string): Promise<void> {
    const open = await this.ownBatch(batch);
    // Others may have had it since: it is taken up again first.
    if (open === null || batch.epoch !== this.dependencies.ownership.epoch()) {
      return;
    }
    const refusals = open.plan.refusals + 1;
    if (refusals < refusalLimit) {
      await this.replan(open, { ...open.plan, refusals });
      return;
    }
    const { records } = open.batch;
    const last = records[Math.ceil(records.length / 2) - 1];
    if (records.length > 1 && last !== undefined) {
      await this.replan(open, halve(open.plan, last.position));
      return;
    }
    await settleDead(this.dependencies.settle, open, reason);
    await this.moveOn(open);
  }

  private inEpoch({ batch }: OpenBatch): Batch {
    return { ...batch, epoch: this.dependencies.ownership.epoch() };
  }

  /** The batch in hand; null when there is none, or its partition was taken away. */
  private current(): OpenBatch | null {
    if (this.inHand !== null && !this.dependencies.ownership.owns(this.inHand.log)) {
      this.inHand = null;
    }
    return this.inHand;
  }

  private next(behind: OpenBatch | null): NextRange | null {
    const { ownership, options } = this.dependencies;
    return nextRange(ownership.logs(), options.limits, behind);
  }

  /** The batch that was prepared meanwhile, or a new one, written down. */
  private async openNext(): Promise<OpenBatch | null> {
    const { ownership, options } = this.dependencies;
    const ahead = this.ahead;
    this.ahead = null;
    if (ahead !== null && ownership.owns(ahead.log) && ahead.log.from === ahead.from) {
      return (await this.writeDown(ahead)) ? ahead : this.openNext();
    }
    const range = this.next(null);
    if (range === null) {
      return null;
    }
    return (await this.writeDown(range)) ? openRange(options, range, null) : this.openNext();
  }

  /** False when the partition was taken away meanwhile. */
  private async writeDown({ log, from, plan }: NextRange): Promise<boolean> {
    if (log.plan?.to === plan.to) {
      return true;
    }
    const isOurs = await this.dependencies.ownership.commit([{ log, offset: from, plan }]);
    if (isOurs) {
      log.plan = plan;
    }
    return isOurs;
  }

  private async ownBatch(batch: Batch): Promise<OpenBatch | null> {
    await this.dependencies.ownership.settled();
    const open = this.current();
    if (open?.batch.id === batch.id) {
      return open;
    }
    this.dependencies.options.kafka.logger.info(
      { batch: batch.id },
      "A batch belongs to another process by now, which repeats it",
    );
    return null;
  }

  /** Commits past the batch; in the same request, what comes next is written down. */
  private async moveOn(open: OpenBatch): Promise<void> {
    const { ownership, fetcher } = this.dependencies;
    const { log, plan } = open;
    const ahead = this.ahead !== null && ownership.owns(this.ahead.log) ? this.ahead : null;
    const next = ahead?.log === log ? ahead.plan : planAfter(plan);
    const commits = [{ log, offset: plan.to + 1, plan: next }];
    if (ahead !== null && ahead.log !== log) {
      commits.push({ log: ahead.log, offset: ahead.from, plan: ahead.plan });
    }
    if (await ownership.commit(commits)) {
      dropBefore(log, plan.to + 1);
      log.plan = next;
      if (ahead !== null) {
        ahead.log.plan = ahead.plan;
      }
    } else {
      this.ahead = null;
    }
    this.inHand = null;
    fetcher.wake();
  }

  /** Fixes other ranges for what the batch holds; it is handed out anew. */
  private async replan(open: OpenBatch, plan: RangePlan): Promise<void> {
    const { log, from } = open;
    if (await this.dependencies.ownership.commit([{ log, offset: from, plan }])) {
      log.plan = plan;
    }
    if (this.ahead?.log === log) {
      this.ahead = null;
    }
    const isSame = plan.to === open.plan.to;
    this.inHand = isSame ? { ...open, plan } : null;
  }
}
