import { setTimeout } from "node:timers/promises";
import type { Clock } from "../../clock.ts";
import type { QueueStats } from "../queue.ts";
import type { KafkaClient } from "./client.ts";
import type { Cluster } from "./kafkajs-internals.ts";
import { createLagAges } from "./lag-ages.ts";
import { partitionEnds } from "./read-partition.ts";

/** How far the group is behind, in requests. */
export interface PartitionLag {
  readonly topic: string;
  readonly partition: number;
  readonly committed: number;
  readonly end: number;
}

export interface LagWatch {
  /** As of the last look. */
  stats(): QueueStats;
  lags(): readonly PartitionLag[];
  /** Looks now; one look at a time. */
  refresh(): Promise<void>;
  /** Looks now; the failure when there was one, or no answer within the time. */
  reach(patienceMs: number): Promise<Error | null>;
  /** Notes the size of what was written, for the estimate in bytes. */
  noteWritten(requests: number, bytes: number, records: number): void;
  close(): void;
}

export interface LagOptions {
  readonly kafka: KafkaClient;
  readonly cluster: () => Promise<Cluster>;
  readonly topics: readonly string[];
  readonly clock: Clock;
}

const refreshMs = 1000;
const assumedRequestBytes = 16 * 1024;

async function sleep<T>(ms: number, value: T, { signal }: AbortController): Promise<T> {
  return setTimeout(ms, value, { signal }).catch(() => value);
}

/** Looks every second how much waits. The size of what waits is its number times a mean. */
export function watchLag(options: LagOptions): LagWatch {
  const { kafka, clock } = options;
  const written = { requests: 0, bytes: 0, records: 0 };
  const state: State = { lags: [], failure: null };
  const ages = createLagAges();
  let looking: Promise<void> | null = null;

  async function look(): Promise<void> {
    const asOfUnixMs = clock.now();
    try {
      state.lags = await readLags(options);
      ages.note(asOfUnixMs, state.lags);
      state.failure = null;
    } catch (error) {
      state.failure = error instanceof Error ? error : new Error(String(error));
      await mend(options.cluster).catch(() => undefined);
    }
  }

  function refresh(): Promise<void> {
    looking ??= look().finally(() => {
      looking = null;
    });
    return looking;
  }

  const timer = setInterval(() => void refresh(), refreshMs).unref();
  void refresh();
  return {
    refresh,
    lags: () => state.lags,
    async reach(patienceMs) {
      const patience = new AbortController();
      const late = new Error(`no answer within ${patienceMs / 1000} s`);
      const looked = refresh().then(() => state.failure);
      const failure = await Promise.race([looked, sleep(patienceMs, late, patience)]);
      patience.abort();
      return failure;
    },
    noteWritten(requests, bytes, records) {
      written.requests += requests;
      written.bytes += bytes;
      written.records += records;
    },
    stats: () =>
      toStats(state, written, {
        limitBytes: kafka.config.maxLagBytes,
        oldestWaitingUnixMs: ages.oldestUnixMs() ?? clock.now(),
      }),
    close: () => clearInterval(timer),
  };
}

interface State {
  lags: readonly PartitionLag[];
  failure: Error | null;
}

/** What this process has written so far: its means stand for what others write. */
interface Written {
  readonly requests: number;
  readonly bytes: number;
  readonly records: number;
}

function toStats(
  { lags }: State,
  { requests, bytes, records }: Written,
  about: Pick<QueueStats, "limitBytes" | "oldestWaitingUnixMs">,
): QueueStats {
  const requestsWaiting = sum(lags, lagOf);
  const meanBytes = requests === 0 ? assumedRequestBytes : bytes / requests;
  const meanRecords = requests === 0 ? 1 : records / requests;
  const lagBytes = Math.round(requestsWaiting * meanBytes);
  return {
    ...about,
    head: sum(lags, ({ committed }) => committed),
    recordsWaiting: Math.round(requestsWaiting * meanRecords),
    requestsWaiting,
    fileBytes: lagBytes,
    roomShare: Math.max(0, 1 - lagBytes / about.limitBytes),
  };
}

/** Connects again and learns who leads what: the connections serve all reads of the process. */
async function mend(cluster: LagOptions["cluster"]): Promise<void> {
  const opened = await cluster();
  await opened.connect();
  await opened.refreshMetadata();
}

function lagOf({ committed, end }: PartitionLag): number {
  return Math.max(0, end - committed);
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

/** The group's offsets are clamped to what the topic still holds. */
async function readLags({ kafka, cluster, topics }: LagOptions): Promise<PartitionLag[]> {
  const opened = await cluster();
  const { groupId } = kafka.config;
  const ends = await Promise.all(
    topics.map(async (topic) => ({ topic, partitions: await partitionEnds(opened, topic) })),
  );
  // After the ends: what was committed meanwhile is at most at an end that was not seen yet.
  const coordinator = await opened.findGroupCoordinator({ groupId });
  const { responses } = await coordinator.offsetFetch({
    groupId,
    topics: ends.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition }) => ({ partition })),
    })),
  });
  const committed = new Map(
    responses.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset }) => [`${topic}/${partition}`, Number(offset)] as const),
    ),
  );
  return ends.flatMap(({ topic, partitions }) =>
    partitions.map(({ partition, start, end }) => {
      const offset = Math.max(committed.get(`${topic}/${partition}`) ?? -1, start);
      return { topic, partition, committed: offset, end: Math.max(end, offset) };
    }),
  );
}
