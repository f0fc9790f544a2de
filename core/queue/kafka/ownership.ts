import { setTimeout as sleep } from "node:timers/promises";
import type { KafkaClient } from "./client.ts";
import { firstOffset } from "./fetch-partitions.ts";
import type { Cluster, OffsetManager } from "./kafkajs-internals.ts";
import { type PartitionLog, type PartitionName, partitionKey } from "./partition-log.ts";
import { type RangePlan, readPlan, writePlan } from "./range-plan.ts";

/** What is committed of one partition. */
export interface Commit {
  readonly log: PartitionLog;
  readonly offset: number;
  readonly plan: RangePlan | null;
}

export interface OwnershipDependencies {
  readonly kafka: KafkaClient;
  readonly cluster: Cluster;
  readonly signalOf: (topic: string) => PartitionLog["signal"];
  readonly onChanged: () => void;
}

const retryMs = 100;

/** The queue was closed while something was being committed. */
export class ClosedError extends Error {
  override readonly name = "ClosedError";
}

/**
 * The partitions that this process owns, and what it may write down of them.
 *
 * Commits carry the generation in which a partition was given to this process (see addJoinHook),
 * so that the broker refuses what comes too late. After each join the committed offsets and plans
 * are read again: a partition where they are what this process knows was nobody else's meanwhile,
 * and keeps its buffer and its batch; any other begins anew.
 */
export class Ownership {
  private readonly dependencies: OwnershipDependencies;
  private manager: OffsetManager | null = null;
  private byName: ReadonlyMap<string, PartitionLog> = new Map();
  private adopting: Promise<void> = Promise.resolve();
  private isClosed = false;

  constructor(dependencies: OwnershipDependencies) {
    this.dependencies = dependencies;
  }

  logs(): readonly PartitionLog[] {
    return [...this.byName.values()];
  }

  owns(log: PartitionLog): boolean {
    return this.byName.get(partitionKey(log)) === log;
  }

  /** Rises with each join of anyone to the group. */
  epoch(): number {
    return this.manager?.generationId ?? 0;
  }

  /** Takes over what a join has given; reads where the partitions stand. */
  adopt(manager: OffsetManager): void {
    this.manager = manager;
    this.adopting = this.takeOver(manager);
  }

  /** Resolves when no join is being taken over. */
  settled(): Promise<void> {
    return this.adopting;
  }

  /**
   * Commits in one request, and again until it is done or one of the partitions is lost.
   *
   * @returns false when a partition belongs to another process by now: nothing was committed.
   * @throws ClosedError after `close`.
   */
  async commit(commits: readonly Commit[]): Promise<boolean> {
    for (;;) {
      // Until it is known what a join has changed, nothing is committed.
      await this.adopting;
      if (this.isClosed) {
        throw new ClosedError("the queue is closed");
      }
      const { manager } = this;
      if (manager === null || !commits.every(({ log }) => this.owns(log))) {
        return false;
      }
      try {
        await manager.commitOffsets({ topics: commits.map(toTopicOffsets) });
        return true;
      } catch (error) {
        const { logger } = this.dependencies.kafka;
        logger.debug({ err: error }, "Offsets could not be committed; trying again");
        await sleep(retryMs);
      }
    }
  }

  close(): void {
    this.isClosed = true;
  }

  private async takeOver(manager: OffsetManager): Promise<void> {
    const { kafka, onChanged } = this.dependencies;
    while (this.manager === manager && !this.isClosed) {
      try {
        const logs = await readAssigned(this.dependencies, manager, this.byName);
        if (this.manager === manager) {
          this.byName = logs;
        }
        onChanged();
        return;
      } catch (error) {
        kafka.logger.debug({ err: error }, "Committed offsets could not be read; trying again");
        await sleep(retryMs);
      }
    }
  }
}

function toTopicOffsets({ log, offset, plan }: Commit) {
  return {
    topic: log.topic,
    partitions: [{ partition: log.partition, offset: String(offset), metadata: writePlan(plan) }],
  };
}

async function readAssigned(
  dependencies: OwnershipDependencies,
  manager: OffsetManager,
  known: ReadonlyMap<string, PartitionLog>,
): Promise<Map<string, PartitionLog>> {
  const { kafka } = dependencies;
  const coordinator = await manager.getCoordinator();
  const { responses } = await coordinator.offsetFetch({
    groupId: kafka.config.groupId,
    topics: Object.entries(manager.memberAssignment).map(([topic, partitions]) => ({
      topic,
      partitions: partitions.map((partition) => ({ partition })),
    })),
  });
  const logs = responses.flatMap(({ topic, partitions }) =>
    partitions.map(async ({ partition, offset, metadata }) => {
      const committed = { from: Number(offset), metadata: metadata ?? "" };
      const before = known.get(partitionKey({ topic, partition }));
      return before !== undefined && isSame(before, committed)
        ? before
        : newLog(dependencies, { topic, partition }, committed);
    }),
  );
  const found = await Promise.all(logs);
  return new Map(found.map((log) => [partitionKey(log), log]));
}

interface Committed {
  readonly from: number;
  readonly metadata: string;
}

function isSame(log: PartitionLog, { from, metadata }: Committed): boolean {
  return log.from === from && writePlan(log.plan) === metadata;
}

async function newLog(
  { cluster, signalOf }: OwnershipDependencies,
  { topic, partition }: PartitionName,
  { from, metadata }: Committed,
): Promise<PartitionLog> {
  const start = from >= 0 ? from : await startOf(cluster, topic, partition);
  return {
    topic,
    partition,
    signal: signalOf(topic),
    from: start,
    plan: readPlan(metadata, start),
    entries: [],
    bufferedBytes: 0,
    nextFetch: start,
    highWatermark: start,
    isFetching: false,
    isAlone: false,
    fault: null,
  };
}

async function startOf(cluster: Cluster, topic: string, partition: number): Promise<number> {
  await cluster.addMultipleTargetTopics([topic]);
  return firstOffset(cluster, topic, partition);
}
